export { classifyUpstream } from "./classify-upstream.ts";
export { createModelFetch, type ModelFetch } from "./fetch.ts";
export { factsOf } from "./upstream-failure.ts";
export { baseURLOf } from "./upstream-url.ts";
