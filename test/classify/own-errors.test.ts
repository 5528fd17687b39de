import { describe, expect, it, onTestFinished } from "vitest";
import { classify, createModel } from "../../src/index.ts";
import { invalidKey, openModel, type Reply, startProvider } from "../embedding/provider.ts";

const failureOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

describe("an error that a call ended with", () => {
  it("is what its attempt was found to be, also where the error itself does not show it", async () => {
    const model = createModel({ api: "any", credentials: [{ id: "a", provider: "minimax" }] });
    onTestFinished(() => model.close());
    const refused = Object.assign(new Error("login fail"), { status: 200, error: { status_code: 1004 } });
    const body = { base_resp: { status_code: 1004, status_msg: "login fail" } };

    const failure = await failureOf(model.call(() => Promise.reject(Object.assign(refused, { body }))));

    expect(failure).toBe(refused);
    expect(classify(failure)).toMatchObject({ class: "auth", rule: expect.stringContaining("minimax") as unknown });
  });

  it("is of the class of all its attempts, with the wait until the first credential has rested", async () => {
    const { url } = await startProvider(() => invalidKey);
    const model = openModel(url, { ids: ["a", "b"], failback: { timeout: "5s" } });

    const verdict = classify(await failureOf(model.embed("text")));

    expect(verdict).toMatchObject({ class: "auth", rule: "all-credentials-failed" });
    expect(verdict.retryAfterMs).toBeGreaterThan(4_000);
  });

  it("is of the class of what was refused", async () => {
    const refusal: Reply = { status: 400, body: { error: { message: "blocked", code: "content_filter" } } };
    const { url } = await startProvider(() => refusal);

    expect(classify(await failureOf(openModel(url).embed("text")))).toMatchObject({ class: "content_safety" });
  });
});
