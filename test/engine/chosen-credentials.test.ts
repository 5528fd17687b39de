import { expect, it } from "vitest";
import { createModelEngine } from "../../src/engine/model-engine.ts";
import { parseModelConfig, runtimeModel } from "../../src/config/index.ts";

const start = (limits: { only?: string[]; once?: boolean }, fails: readonly string[]) => {
  const config = { api: "any", credentials: ["a", "b", "c"], retry: { max_retries: 2, base_delay: "1ms" } };
  const model = runtimeModel("chat", parseModelConfig(config, { plainCredentials: true }));
  const engine = createModelEngine(model, { classify: () => ({ class: "transient", rule: "test" }) });
  const tried: string[] = [];
  const attempt = ({ credential: { id } }: { credential: { id: string } }): string => {
    tried.push(id);
    if (fails.includes(id)) throw new Error("down");
    return id;
  };
  return engine.start({ limit: "timeout", attempt }, limits).then((call) => {
    engine.finish(call);
    return { result: call.settled.result, tried, active: engine.active() };
  });
};

it("a call for chosen credentials passes the others over, and its success moves nothing", async () => {
  expect(await start({ only: ["b", "c"] }, ["b"])).toEqual({
    result: "served",
    tried: ["b", "b", "b", "c"],
    active: "a",
  });
});

it("a call for one credential alone ends with it", async () => {
  expect(await start({ only: ["c"] }, ["c"])).toMatchObject({
    result: "all_failed",
    tried: ["c", "c", "c"],
    active: "a",
  });
});

it("a call that can be made once is neither tried again nor passed on, and its failure counts", async () => {
  expect(await start({ once: true }, ["a"])).toEqual({ result: "all_failed", tried: ["a"], active: "b" });
});
