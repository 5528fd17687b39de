import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { createFeed } from "../../../src/inspect/feed.ts";
import { recordingOf } from "../../../visualizations/inspector/src/story/recording.ts";
import { createStory } from "../../../visualizations/inspector/src/story/story.ts";
import { keyswitch } from "../../cli/command-line.ts";
import { call, modelOf } from "../../inspect/models.ts";

it("exports what keyswitch replay takes the machines through again", async () => {
  const model = modelOf(["primary", "spare"]);
  const feed = createFeed();
  feed.follow([model]);
  await call(model, { primary: 401 });
  await expect(call(model, { primary: 401, spare: 401 })).rejects.toThrow();
  await turn();
  const story = createStory();
  for (const entry of feed.history()) story.add(entry);
  feed.close();
  await model.close();

  const cwd = await mkdtemp(join(tmpdir(), "keyswitch-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  const credentials = ["primary", "spare"].map((id) => ({ id, provider: "openai", api_key: "unused" }));
  await writeFile(join(cwd, "keyswitch.yaml"), JSON.stringify({ models: { chat: { model: "m", credentials } } }));
  await writeFile(join(cwd, "night.jsonl"), recordingOf(story, new Date()));
  const { code, stdout } = await keyswitch(["replay", "night.jsonl"], { cwd });

  expect(stdout).toContain("AUTH of primary");
  expect(stdout).toContain("none otherwise");
  expect(code).toBe(0);
});
