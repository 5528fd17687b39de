import { describe, expect, it } from "vitest";
import { parseConfig, redactedConfig } from "../../src/config/index.ts";
import { valueAt } from "../../src/config/path.ts";
import type { Path } from "../../src/config/path.ts";
import { expectPage, table } from "./generated.ts";
import { declarations, membersOf } from "./tsdoc.ts";
import type { Documented } from "./tsdoc.ts";

const interfaces = declarations("src/config/options.ts", "interface");

/** Where an interface's options stand, in the page and in a configuration of one chat and one embedding model. */
const sections: readonly { readonly title: string; readonly type: string; readonly example: Path }[] = [
  { title: "The whole", type: "KeyswitchConfig", example: [] },
  { title: "models.NAME", type: "ModelConfigInput", example: ["models", "embed"] },
  {
    title: "models.NAME.credentials[N]",
    type: "CredentialConfigInput",
    example: ["models", "embed", "credentials", 0],
  },
  { title: "models.NAME.failback", type: "FailbackConfigInput", example: ["models", "embed", "failback"] },
  { title: "models.NAME.retry", type: "RetryConfigInput", example: ["models", "embed", "retry"] },
  { title: "gateway", type: "GatewayConfigInput", example: ["gateway"] },
  { title: "gateway.keys[N]", type: "GatewayKeyInput", example: ["gateway", "keys", 0] },
  { title: "state", type: "StateConfigInput", example: ["state"] },
  { title: "log", type: "LogConfigInput", example: ["log"] },
];

const optionsOf = (type: string): readonly Documented[] =>
  membersOf(
    interfaces.find(({ name }) => name === type) ?? { name: type, paragraphs: [], defaultValue: undefined, code: "" },
  );

const example = redactedConfig(
  parseConfig(
    {
      models: {
        embed: { kind: "embedding", model: "e", dimension: 8, credentials: [{ provider: "openai", api_key: "sk-1" }] },
      },
      gateway: { keys: [{ id: "app", key: "k" }] },
    },
    { env: {} },
  ),
);

describe("docs/configuration.md", () => {
  it("lists every option with its default", () => {
    expectPage("configuration.md", [
      "# Configuration",
      "",
      "<!-- Made from src/config/options.ts: change it there, then run UPDATE_DOCS=1 npx vitest run test/docs -->",
      "",
      "YAML or JSON, or the same object in code. Durations are seconds as a bare number, or a text: `500ms`, `30s`, `10m`, `24h`,",
      "`7d`. Sizes are bytes or `64kb`, `20mb`, `1gb`. A key is a text in which `${NAME}` stands for an environment variable, or",
      "`{ env: NAME }`, or `{ file: PATH }` with a path from the configuration's directory; a credential's may also be what",
      "a command prints. `false` and `0` are values, never unset. Whatever is wrong is told at once, each with its path.",
      ...sections.flatMap(({ title, type }) => [
        "",
        `## ${title}`,
        "",
        ...table(
          ["option", "default", "meaning"],
          optionsOf(type).map(({ name, code, defaultValue, paragraphs }) => [
            `\`${name}\``,
            defaultText(code, defaultValue),
            paragraphs.join(" "),
          ]),
        ),
      ]),
    ]);
  });

  it.each(
    sections.flatMap(({ type, example: path }) =>
      optionsOf(type)
        .filter(({ name, defaultValue }) => defaultValue !== undefined && !["id", "keys", "kind"].includes(name))
        .map(({ name, defaultValue }) => [[...path, name], defaultValue] as const),
    ),
  )("states the default that %j really has", (path, defaultValue) => {
    const actual = valueAt(example, path);

    expect(defaultValue?.split(",")[0]).toBe(Array.isArray(actual) ? JSON.stringify(actual) : String(actual));
  });
});

function defaultText(code: string, defaultValue: string | undefined): string {
  if (defaultValue !== undefined) return defaultValue;
  return code.startsWith("?") ? "" : "required";
}
