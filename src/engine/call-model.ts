import type { CallLimits, EngineCredential, ModelEngine, Work } from "./model-engine.ts";
import { rejectionOf } from "./outcome.ts";

/** Calls a function with one credential after another until one serves, and returns what it returned. */
export async function callModel<Credential extends EngineCredential, Value>(
  engine: ModelEngine<Credential>,
  attempt: Work<Credential, Value>["attempt"],
  limits: CallLimits,
): Promise<Value> {
  const ended = await engine.start({ limit: "timeout", attempt }, limits);
  engine.finish(ended);
  if (ended.settled.result === "served") return ended.settled.value;
  throw rejectionOf(engine.policy, ended, limits);
}
