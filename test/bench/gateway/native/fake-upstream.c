// An upstream that costs next to nothing, for load runs: OpenAI-shaped answers with the headers that OpenAI sends.
// One thread, epoll, HTTP/1.1 with keep-alive, 127.0.0.1 only.
//
//   fake-upstream PORT
//
//   POST .../embeddings                      64 vectors of 328 numbers, about 262 KB
//   POST ..., its body holds "stream":true   200 events of 290 bytes, one write each, 5 ms apart
//   POST ...                                 a chat completion of 1.2 KB
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { VECTORS = 64, NUMBERS = 328, EVENTS = 200, EVENT_EVERY_US = 5000, PHASES = 10, MOST_READY = 256 };

typedef struct {
  char *bytes;
  size_t length;
} Text;

typedef struct Connection {
  int fd;
  char *in;
  size_t length, capacity;
  Text out;                              // what the socket did not take yet; shared, never freed
  int events_left;                       // of the stream that is on
  unsigned phase;                        // streams take turns, as they would if they had not begun together
  struct Connection *previous, *next;    // among the streams, where one is on
  struct Connection *next_closed;
} Connection;

static int poller, ticker;
static Text chat, embeddings, stream_head, stream_event, stream_end;
static Connection streams;               // head of a ring
static Connection *closed;               // freed after the round: an event may still name them
static unsigned streams_begun;

#define HEADERS \
  "HTTP/1.1 200 OK\r\n" \
  "date: Sun, 22 Nov 2026 20:00:00 GMT\r\n" \
  "access-control-expose-headers: X-Request-ID\r\n" \
  "openai-organization: org-fake000000000000000000\r\n" \
  "openai-processing-ms: 312\r\n" \
  "openai-version: 2020-10-01\r\n" \
  "x-ratelimit-limit-requests: 10000\r\n" \
  "x-ratelimit-limit-tokens: 2000000\r\n" \
  "x-ratelimit-remaining-requests: 9999\r\n" \
  "x-ratelimit-remaining-tokens: 1999472\r\n" \
  "x-ratelimit-reset-requests: 6ms\r\n" \
  "x-ratelimit-reset-tokens: 15ms\r\n" \
  "x-request-id: req_0123456789abcdef0123456789abcdef\r\n" \
  "strict-transport-security: max-age=31536000; includeSubDomains; preload\r\n" \
  "cf-cache-status: DYNAMIC\r\n" \
  "x-content-type-options: nosniff\r\n" \
  "server: fake-upstream\r\n"

static Text whole_answer(const char *body, size_t length) {
  Text answer = { malloc(length + 2048), 0 };
  answer.length = sprintf(answer.bytes, HEADERS "content-type: application/json\r\ncontent-length: %zu\r\n\r\n", length);
  memcpy(answer.bytes + answer.length, body, length);
  answer.length += length;
  return answer;
}

static void compose_chat(void) {
  char content[1024] = "", body[4096];
  for (int i = 0; i < 7; i++)
    strcat(content, "The quick brown fox jumps over the lazy dog while the gateway counts its credentials. ");
  int length = snprintf(body, sizeof body,
    "{\"id\":\"chatcmpl-fake00000000000000000000000\",\"object\":\"chat.completion\",\"created\":1795000000,"
    "\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\","
    "\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":412,"
    "\"completion_tokens\":128,\"total_tokens\":540,\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"
    "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,\"accepted_prediction_tokens\":0,"
    "\"rejected_prediction_tokens\":0}},\"service_tier\":\"default\",\"system_fingerprint\":\"fp_fake000000\"}", content);
  chat = whole_answer(body, length);
}

static void compose_embeddings(void) {
  char *body = malloc(VECTORS * (NUMBERS * 16 + 128)), *end = body;
  uint32_t seed = 1;
  end += sprintf(end, "{\"object\":\"list\",\"data\":[");
  for (int vector = 0; vector < VECTORS; vector++) {
    end += sprintf(end, "%s{\"object\":\"embedding\",\"index\":%d,\"embedding\":[", vector ? "," : "", vector);
    for (int number = 0; number < NUMBERS; number++) {
      seed = seed * 1664525u + 1013904223u;
      end += sprintf(end, "%s%.9f", number ? "," : "", ((double)seed / 4294967296.0 - 0.5) / 4);
    }
    end += sprintf(end, "]}");
  }
  end += sprintf(end, "],\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":8192,\"total_tokens\":8192}}");
  embeddings = whole_answer(body, end - body);
  free(body);
}

static void compose_stream(void) {
  char event[1024];
  int length = snprintf(event, sizeof event,
    "data: {\"id\":\"chatcmpl-fake00000000000000000000000\",\"object\":\"chat.completion.chunk\",\"created\":1795000000,"
    "\"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_fake000000\",\"choices\":"
    "[{\"index\":0,\"delta\":{\"content\":\" token\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
  stream_event.bytes = malloc(2048);
  stream_event.length = sprintf(stream_event.bytes, "%x\r\n%s\r\n", length, event);
  stream_head.bytes = malloc(4096);
  stream_head.length = sprintf(stream_head.bytes, HEADERS
    "content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n%s",
    stream_event.bytes);
  stream_end.bytes = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";
  stream_end.length = strlen(stream_end.bytes);
}

static void set_ticker(int is_on) {
  long every_ns = is_on ? EVENT_EVERY_US / PHASES * 1000L : 0;
  struct itimerspec times = { { 0, every_ns }, { 0, every_ns } };
  timerfd_settime(ticker, 0, &times, 0);
}

static void begin_stream(Connection *c) {
  if (streams.next == &streams) set_ticker(1);
  c->events_left = EVENTS - 1;           // the first came with the head
  c->phase = streams_begun++ % PHASES;
  c->next = streams.next;
  c->previous = &streams;
  streams.next->previous = c;
  streams.next = c;
}

static void leave_stream(Connection *c) {
  if (c->next == 0) return;
  c->previous->next = c->next;
  c->next->previous = c->previous;
  c->next = c->previous = 0;
  if (streams.next == &streams) set_ticker(0);
}

static void close_connection(Connection *c) {
  if (c->fd < 0) return;
  leave_stream(c);
  close(c->fd);
  free(c->in);
  c->fd = -1;
  c->next_closed = closed;
  closed = c;
}

static void watch(Connection *c, uint32_t events) {
  struct epoll_event wanted = { .events = events, .data.ptr = c };
  epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &wanted);
}

static void put(Connection *c, Text text) {
  ssize_t sent = send(c->fd, text.bytes, text.length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return close_connection(c);
  if (sent < 0) sent = 0;
  if ((size_t)sent == text.length) return;
  c->out = (Text){ text.bytes + sent, text.length - sent };
  watch(c, EPOLLIN | EPOLLOUT);
}

static void put_rest(Connection *c) {
  Text rest = c->out;
  c->out.length = 0;
  watch(c, EPOLLIN);
  put(c, rest);
}

// Length of the whole request at the head of the buffer; 0 while it is not whole.
static size_t request_length(Connection *c, size_t *head_length) {
  char *head_end = memmem(c->in, c->length, "\r\n\r\n", 4);
  if (!head_end) return 0;
  *head_length = head_end + 4 - c->in;
  *head_end = 0;
  char *field = strcasestr(c->in, "\r\ncontent-length:");
  *head_end = '\r';
  size_t length = *head_length + (field ? strtoul(field + 17, 0, 10) : 0);
  return c->length >= length ? length : 0;
}

static void answer(Connection *c, size_t head_length, size_t length) {
  char *line_end = memchr(c->in, '\r', head_length);
  if (memmem(c->in, line_end - c->in, "/embeddings", 11)) return put(c, embeddings);
  if (!memmem(c->in + head_length, length - head_length, "\"stream\":true", 13)) return put(c, chat);
  put(c, stream_head);
  if (c->fd >= 0) begin_stream(c);
}

static void read_requests(Connection *c) {
  for (;;) {
    if (c->capacity - c->length < 16384) c->in = realloc(c->in, c->capacity = c->capacity ? c->capacity * 2 : 65536);
    size_t room = c->capacity - c->length;
    ssize_t got = recv(c->fd, c->in + c->length, room, 0);
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) return close_connection(c);
    c->length += got;
    if ((size_t)got < room) break;
  }
  size_t head_length, length;
  while (c->fd >= 0 && c->length > 0 && (length = request_length(c, &head_length)) > 0) {
    answer(c, head_length, length);
    if (c->fd < 0) return;
    memmove(c->in, c->in + length, c->length -= length);
  }
}

static void send_events(void) {
  static unsigned tick;
  uint64_t missed;
  if (read(ticker, &missed, sizeof missed) < 0) return;
  tick++;
  for (Connection *c = streams.next, *next; c != &streams; c = next) {
    next = c->next;
    if (tick % PHASES != c->phase || c->out.length > 0) continue;
    if (c->events_left-- > 0) put(c, stream_event);
    else {
      leave_stream(c);
      put(c, stream_end);
    }
  }
}

static void accept_all(int listener) {
  int fd, yes = 1;
  while ((fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    Connection *c = calloc(1, sizeof *c);
    c->fd = fd;
    struct epoll_event wanted = { .events = EPOLLIN, .data.ptr = c };
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted);
  }
}

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, (void *)&address, sizeof address) == 0 && listen(fd, 4096) == 0) return fd;
  perror("fake-upstream");
  exit(1);
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "usage: fake-upstream PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  compose_chat();
  compose_embeddings();
  compose_stream();
  streams.next = streams.previous = &streams;
  poller = epoll_create1(0);
  ticker = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  int listener = listen_on(atoi(arguments[1]));
  struct epoll_event wanted = { .events = EPOLLIN, .data.ptr = &listener }, ready[MOST_READY];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wanted);
  wanted.data.ptr = &ticker;
  epoll_ctl(poller, EPOLL_CTL_ADD, ticker, &wanted);
  for (;;) {
    int readies = epoll_wait(poller, ready, MOST_READY, -1);
    for (int i = 0; i < readies; i++) {
      void *who = ready[i].data.ptr;
      Connection *c = who;
      if (who == &listener) accept_all(listener);
      else if (who == &ticker) send_events();
      else {
        if (c->fd >= 0 && ready[i].events & EPOLLOUT && c->out.length > 0) put_rest(c);
        if (c->fd >= 0 && ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_requests(c);
      }
    }
    for (Connection *c; (c = closed) != 0; free(c)) closed = c->next_closed;
  }
}
