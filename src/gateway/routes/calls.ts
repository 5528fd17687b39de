import type { IncomingMessage } from "node:http";
import { settledFailure } from "../../engine/model-engine.ts";
import type { Api } from "../../providers/provider.ts";
import { trailOf, trailText } from "../../telemetry/index.ts";
import { callerRequest } from "../../transport/caller-request.ts";
import { type Reply, relay } from "../../transport/relay.ts";
import { carriesAdminKey } from "../../operator/guard.ts";
import { askedModel } from "../asked-model.ts";
import type { Client } from "../clients.ts";
import { collectBody } from "../collect-body.ts";
import type { Exchange, Gateway, Route } from "../context.ts";
import { goneSignal } from "../gone-signal.ts";
import { badRequest, Refusal } from "../refusal.ts";
import { responseIdIn } from "../response-owners.ts";
import { whoMayServe } from "../who-may-serve.ts";
import { writeReply } from "../write-reply.ts";

/** What goes to a model's credentials, in the dialect that they speak. */
export const callRoutes: readonly Route[] = [
  ...inDialect("openai", [
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/v1/rerank",
    "/v1/images/generations",
    // One segment: what follows further ones might be read as another route.
    /^\/v1\/audio\/[a-z_-]+$/,
  ]),
  ...inDialect("anthropic", ["/v1/messages", "/v1/messages/count_tokens"]),
  // That one gives the model away, and asks it nothing: https://ai.google.dev/api/tuning
  ...inDialect("gemini", [/^\/v1(?:beta|alpha)?\/models\/([^/:]+):(?!transferOwnership$)[A-Za-z]+$/]),
];

function inDialect(api: Api, paths: readonly (string | RegExp)[]): readonly Route[] {
  return paths.map((path) => ({ method: "POST", path, api, handle: serve }));
}

/** Reads the request, finds the model that it asks for, and hands on the answer that one of its credentials gives. */
async function serve(exchange: Exchange): Promise<void> {
  const { gateway, incoming, outgoing, target, client, api } = exchange;
  takeCall(client);
  refuseEncoded(incoming);
  const signal = goneSignal(outgoing);
  const body = await collectBody(incoming, gateway.mostBodyBytes);
  const request = callerRequest({ method: "POST", url: target, headers: incoming.headers, body, signal });
  // From here to the call's begin nothing is waited for: a reload may replace what the model runs on.
  const { engine, runtime, dispatcher } = askedModel(exchange, request).present();
  const only = whoMayServe(runtime, api, request, gateway.responseOwners);
  const once = body.length > gateway.mostReplayBytes;
  const reply = await relay({ engine, model: runtime, api, dispatcher }, request, { signal, only, once });
  if (once) reply.headers["x-keyswitch-failover"] = "none: the body is larger than gateway.replay_buffer";
  if (gateway.adminKey !== undefined && carriesAdminKey(incoming, gateway.adminKey)) tellTrail(reply);
  if (isResponse(api, target.pathname)) learnOwner(gateway, runtime.id, reply);
  await writeReply({ outgoing, api, pathname: target.pathname, idleTimeoutMs: runtime.idleTimeoutMs }, reply);
}

/** @throws Refusal for a body that is compressed: nothing in it could be read, or be set. */
function refuseEncoded({ headers: { "content-encoding": encoding = "identity" } }: IncomingMessage): void {
  if (encoding.toLowerCase() === "identity") return;
  throw badRequest("encoded_body", "This gateway takes bodies without a content-encoding only");
}

/** @throws Refusal where the client has made as many calls as it may. */
function takeCall({ id, rateLimit }: Client): void {
  const waitMs = rateLimit?.take(performance.now()) ?? 0;
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1_000);
  throw new Refusal(
    {
      status: 429,
      code: "rate_limited",
      message: `The key "${id}" makes more calls than it may; retry in ${seconds} s`,
    },
    { "retry-after": String(seconds) },
  );
}

/** Tells an operator why the call went where it went. */
function tellTrail({ call, headers }: Reply): void {
  if (call === undefined) return;
  const { settled, failures, lastTried } = call;
  const { result } = settled;
  const credential = result === "served" ? settled.turn.credential.id : undefined;
  const trail = trailOf({ result, credential, cutOff: lastTried, failures: failures.map(settledFailure) });
  headers["x-keyswitch-trail"] = trailText(trail);
}

function isResponse(api: Api, pathname: string): boolean {
  return api === "openai" && pathname === "/v1/responses";
}

/** Only the credential that made a response can go on from it. */
function learnOwner({ responseOwners }: Gateway, model: string, reply: Reply): void {
  if (reply.call?.settled.result !== "served") return;
  const id = responseIdIn(reply);
  if (id !== undefined) responseOwners.learn(model, reply.call.settled.turn.credential.id, id);
}
