export { classifyUpstream } from "./classify-upstream.ts";
export { createModelFetch, type ModelFetch } from "./fetch.ts";
export { baseURLOf } from "./upstream-url.ts";
