// Load that costs next to nothing: sends one request over and over, on so many connections, each as soon as the last
// answer is there, and prints what came back as one line of JSON. One thread, epoll, 127.0.0.1 only.
//
//   load-generator PORT CONNECTIONS SECONDS REQUEST_FILE
//
// REQUEST_FILE holds a whole HTTP/1.1 request, head and body. Events of streams are counted as they come, so that streams
// that the end of the run cuts off count as far as they got.
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_READY = 512, HEAD_BYTES = 16384, LONGEST_SECONDS = 600, STALE_SECONDS = 10 };
enum { READING_HEAD, READING_BODY, READING_SIZE, READING_CHUNK, READING_CHUNK_END, READING_TRAILER };

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ull + time.tv_nsec;
}

// A histogram of nanoseconds whose buckets are 1/64 of their value wide.
enum { STEPS = 64 };
typedef struct {
  uint64_t count, buckets[64 * STEPS];
} Histogram;

static void note(Histogram *h, uint64_t ns) {
  int power = ns < STEPS ? 0 : 58 - __builtin_clzll(ns);   // 2^(power + 5) <= ns
  h->buckets[power == 0 ? ns : power * STEPS + (ns >> (power - 1)) % STEPS]++;
  h->count++;
}

static double quantile_us(const Histogram *h, double quantile) {
  uint64_t wanted = quantile * h->count, seen = 0;
  for (int i = 0; h->count > 0 && i < 64 * STEPS; i++) {
    seen += h->buckets[i];
    if (seen <= wanted) continue;
    if (i < STEPS) return i / 1e3;
    int power = i / STEPS;
    return ((1ull << (power + 5)) + ((uint64_t)(i % STEPS) << (power - 1))) / 1e3;
  }
  return 0;
}

typedef struct {
  int fd, is_connecting, state, status, is_stream, closes, at_line_start;
  size_t sent, left;                     // of the request; of the body or its chunk
  char head[HEAD_BYTES], size[32];
  size_t head_length, size_length, matched;
  uint64_t begun_at, event_at;
} Connection;

static int poller;
static struct sockaddr_in target;
static char *request;
static size_t request_length;
static uint64_t ends_at, answers, ok, broken, bytes, events;
static Histogram latency, first_event, gap;

static void watch(Connection *c, uint32_t wanted, int operation) {
  struct epoll_event event = { .events = wanted, .data.ptr = c };
  epoll_ctl(poller, operation, c->fd, &event);
}

static void connect_to_target(Connection *c) {
  int yes = 1;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  c->is_connecting = 1;
  connect(c->fd, (void *)&target, sizeof target);
  watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
}

static void send_request(Connection *c) {
  ssize_t sent = send(c->fd, request + c->sent, request_length - c->sent, MSG_NOSIGNAL);
  if (sent > 0) c->sent += sent;         // a broken connection shows when it is read
  if (c->sent < request_length) watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void begin(Connection *c) {
  c->state = READING_HEAD;
  c->head_length = c->size_length = c->matched = c->sent = c->left = 0;
  c->event_at = 0;
  c->begun_at = now_ns();
  if (c->fd < 0) connect_to_target(c);
  else send_request(c);
}

static void again(Connection *c, int keeps_connection) {
  if (!keeps_connection) {
    close(c->fd);
    c->fd = -1;
  }
  if (now_ns() < ends_at) begin(c);
}

static void finish(Connection *c) {
  note(&latency, now_ns() - c->begun_at);
  answers++;
  ok += c->status == 200;
  again(c, !c->closes);
}

static void break_off(Connection *c) {
  broken++;
  again(c, 0);
}

static void read_head(Connection *c) {
  char *length = strcasestr(c->head, "\r\ncontent-length:");
  int is_chunked = strcasestr(c->head, "\r\ntransfer-encoding: chunked") != 0;
  c->status = atoi(c->head + 9);
  c->is_stream = strcasestr(c->head, "\r\ncontent-type: text/event-stream") != 0;
  c->closes = strcasestr(c->head, "\r\nconnection: close") != 0;
  c->left = length ? strtoul(length + 17, 0, 10) : 0;
  c->state = is_chunked ? READING_SIZE : READING_BODY;
  c->at_line_start = 1;
}

static void note_event(Connection *c) {
  uint64_t now = now_ns();
  note(c->event_at == 0 ? &first_event : &gap, now - (c->event_at == 0 ? c->begun_at : c->event_at));
  c->event_at = now;
  events++;
}

// An event is a line that begins with "data:".
static void read_body(Connection *c, const char *at, size_t length) {
  const char *end = at + length;
  bytes += length;
  if (!c->is_stream) return;
  while (at < end) {
    if (!c->at_line_start) {
      at = memchr(at, '\n', end - at);
      if (!at) return;
      at++;
      c->at_line_start = 1;
      c->matched = 0;
    } else if (*at == "data:"[c->matched]) {
      at++;
      if (++c->matched < 5) continue;
      note_event(c);
      c->at_line_start = 0;
    } else {
      c->at_line_start = c->matched = 0;
    }
  }
}

// Takes in what came; 1 once the answer is whole, -1 where it is none.
static int take(Connection *c, const char *at, size_t length) {
  const char *end = at + length;
  while (at < end) {
    size_t some = end - at;
    switch (c->state) {
      case READING_HEAD: {
        size_t before = c->head_length;
        if (some > HEAD_BYTES - 1 - before) some = HEAD_BYTES - 1 - before;
        if (some == 0) return -1;
        memcpy(c->head + before, at, some);
        c->head[c->head_length += some] = 0;
        char *head_end = strstr(c->head, "\r\n\r\n");
        if (!head_end) { at += some; break; }
        at += head_end + 4 - c->head - before;
        *head_end = 0;
        read_head(c);
        if (c->state == READING_BODY && c->left == 0) return 1;
        break;
      }
      case READING_BODY:
      case READING_CHUNK:
        if (some > c->left) some = c->left;
        read_body(c, at, some);
        at += some;
        c->left -= some;
        if (c->left > 0) break;
        if (c->state == READING_BODY) return 1;
        c->state = READING_CHUNK_END;
        break;
      case READING_SIZE:
        if (*at != '\n') {
          if (c->size_length < sizeof c->size - 1) c->size[c->size_length++] = *at;
        } else {
          c->size[c->size_length] = 0;
          c->size_length = 0;
          c->left = strtoul(c->size, 0, 16);
          c->state = c->left > 0 ? READING_CHUNK : READING_TRAILER;
        }
        at++;
        break;
      case READING_CHUNK_END:
        if (*at++ == '\n') c->state = READING_SIZE;
        break;
      case READING_TRAILER:
        if (*at++ == '\n') return 1;
        break;
    }
  }
  return 0;
}

static void read_answer(Connection *c) {
  static char buffer[262144];
  for (;;) {
    ssize_t got = recv(c->fd, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return break_off(c);
    int taken = take(c, buffer, got);
    if (taken < 0) return break_off(c);
    if (taken > 0) return finish(c);
    if (got < (ssize_t)sizeof buffer) return;
  }
}

static void on_ready(Connection *c, uint32_t ready) {
  if (c->fd < 0) return;
  if (ready & EPOLLOUT) {
    c->is_connecting = 0;
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
    if (c->sent < request_length) send_request(c);
  }
  if (ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_answer(c);
}

static void break_off_stale(Connection *connections, int count) {
  uint64_t now = now_ns();
  for (Connection *c = connections; c < connections + count; c++) {
    uint64_t since = c->event_at > c->begun_at ? c->event_at : c->begun_at;
    if (c->fd >= 0 && now > since + STALE_SECONDS * 1000000000ull) break_off(c);
  }
}

static void read_request(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) perror(path), exit(1);
  fseek(file, 0, SEEK_END);
  request_length = ftell(file);
  rewind(file);
  request = malloc(request_length);
  if (fread(request, 1, request_length, file) != request_length) exit(1);
  fclose(file);
}

static void print_report(double seconds) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu_ms = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
  printf("{\"seconds\":%.3f,\"cpuMs\":%.1f,\"answers\":%lu,\"ok\":%lu,\"broken\":%lu,\"bytes\":%lu,\"events\":%lu,",
    seconds, cpu_ms, answers, ok, broken, bytes, events);
  printf("\"latencyUs\":{\"p50\":%.1f,\"p99\":%.1f},", quantile_us(&latency, .5), quantile_us(&latency, .99));
  printf("\"firstEventUs\":{\"p50\":%.1f,\"p99\":%.1f},", quantile_us(&first_event, .5), quantile_us(&first_event, .99));
  printf("\"gapUs\":{\"p50\":%.1f,\"p99\":%.1f}}\n", quantile_us(&gap, .5), quantile_us(&gap, .99));
}

int main(int count, char **arguments) {
  if (count != 5) return fprintf(stderr, "usage: load-generator PORT CONNECTIONS SECONDS REQUEST_FILE\n"), 2;
  int connection_count = atoi(arguments[2]);
  double seconds = atof(arguments[3]);
  if (seconds > LONGEST_SECONDS) seconds = LONGEST_SECONDS;
  signal(SIGPIPE, SIG_IGN);
  read_request(arguments[4]);
  target = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  poller = epoll_create1(0);
  Connection *connections = calloc(connection_count, sizeof *connections);
  uint64_t begun_at = now_ns();
  ends_at = begun_at + (uint64_t)(seconds * 1e9);
  for (int i = 0; i < connection_count; i++) {
    connections[i].fd = -1;
    begin(&connections[i]);
  }
  struct epoll_event ready[MOST_READY];
  for (uint64_t now = begun_at, swept_at = begun_at; now < ends_at; now = now_ns()) {
    int readies = epoll_wait(poller, ready, MOST_READY, 50);
    for (int i = 0; i < readies; i++) on_ready(ready[i].data.ptr, ready[i].events);
    if (now < swept_at + 1000000000ull) continue;
    swept_at = now;
    break_off_stale(connections, connection_count);
  }
  print_report((now_ns() - begun_at) / 1e9);
  return 0;
}
