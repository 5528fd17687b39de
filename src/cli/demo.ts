import type { Command } from "./command.ts";
import { story } from "./demo/story.ts";
import { tellStory } from "./demo/tell-story.ts";
import { runTraffic } from "./demo/traffic.ts";

/** `keyswitch demo` */
export const demo: Command = {
  usage: "[--once] [--json]",
  paragraphs: [
    "Starts an upstream on loopback that answers as OpenAI, Azure, DeepSeek, Ark, OpenRouter and Anthropic do, error payloads included, and sends calls to it through the engine over real sockets. Nothing leaves the machine.",
    "Without --once it goes on with random failures until Ctrl-C: on a terminal as a live table, in a pipe as lines, and in a browser at the address that it tells. The counts at the end come from the engine's events.",
  ],
  options: {
    once: { says: "tell a fixed story of a dozen failures, and end" },
    json: { says: "every event as JSON, one a line" },
  },
  mostOperands: 0,
  examples: [
    { says: "the story, in about five seconds", line: "keyswitch demo --once" },
    { says: "only the moves", line: 'keyswitch demo --once --json | grep \'"event":"fail\'' },
  ],
  exits: { 0: "every call got what it had to", 1: "a call that had to be answered was not" },
  run: ({ has, json, terminal }) => (has("once") ? tellStory(story, terminal, json) : runTraffic(terminal, json)),
};
