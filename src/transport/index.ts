export { classifyUpstream } from "./classify-upstream.ts";
export { createModelFetch, type FetchDoor, type FetchParts, type ModelFetch } from "./fetch.ts";
export { createUpstreamAgent } from "./upstream-agent.ts";
export { factsOf } from "./upstream-failure.ts";
export { baseURLOf } from "./upstream-url.ts";
