import { inspect } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import type * as z from "zod";
import { parseConfig, parseModelConfig, redactedConfig } from "../../src/config/index.ts";
import type { Config, CredentialConfigInput, KeyswitchConfig, ModelConfigInput } from "../../src/config/index.ts";
import type { configSchema } from "../../src/config/schema.ts";
import { ConfigError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";

const env = { KEY: "sk-from-env", HOST: "eu.example.com", EMPTY: "" };
const openai = { provider: "openai", api_key: "sk-1" };

const withModel = (model: object): object => ({ models: { chat: { model: "gpt", credentials: [openai], ...model } } });
const withCredential = (credential: object): object => withModel({ credentials: [{ ...openai, ...credential }] });
const withGateway = (gateway: object): object => ({ ...withModel({}), gateway });
const embedding = (model: object): object => ({
  models: { embed: { kind: "embedding", model: "e", dimension: 8, credentials: [openai], ...model } },
});

const issuesOf = (input: unknown): ConfigError["issues"] => {
  try {
    parseConfig(input, { env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
};

const chatOf = (input: unknown): Config["models"][string] =>
  parseConfig(input, { env }).models["chat"] as Config["models"][string];

describe("parseConfig", () => {
  it("fills in every default", () => {
    expect(redactedConfig(parseConfig(withModel({}), { env }))).toEqual({
      models: {
        chat: {
          kind: "chat",
          api: "openai",
          model: "gpt",
          credentials: [
            {
              id: "credential-0",
              provider: "openai",
              api_base: "https://api.openai.com/v1",
              api_key: "[redacted]",
              disabled: false,
            },
          ],
          on_exhausted: "try",
          failback: {
            strategy: "stepwise",
            timeout: "10m",
            requests: 50,
            growth: 2,
            max_cooldown: "1h",
            min_interval: "5s",
            respect_retry_after: true,
            max: "24h",
          },
          retry: { max_retries: 3, base_delay: "500ms", max_delay: "8s", jitter: "full" },
          timeout: "1m",
          first_byte_timeout: "1m",
          idle_timeout: "1m",
          deadline: "none",
        },
      },
      gateway: {
        host: "127.0.0.1",
        port: 8787,
        hosts: [],
        keys: [],
        max_body: "20mb",
        replay_buffer: "8mb",
        drain_timeout: "30s",
        inspector: true,
      },
      state: { kind: "memory" },
      log: { level: "info" },
    });
  });

  it("rests at most an hour, or the timeout where that is longer", () => {
    expect(chatOf(withModel({ failback: { timeout: "2h" } })).failback.max_cooldown).toBe("2h");
    expect(chatOf(withModel({ failback: { timeout: "2h", max_cooldown: "3h" } })).failback.max_cooldown).toBe("3h");
  });

  it("takes false and 0 for values", () => {
    const { failback, retry } = chatOf(
      withModel({ failback: { requests: 0, min_interval: 0, respect_retry_after: false }, retry: { max_retries: 0 } }),
    );

    expect([failback.requests, failback.min_interval, failback.respect_retry_after, retry.max_retries]).toEqual([
      0,
      "0s",
      false,
      0,
    ]);
  });

  it("takes an empty key for a key where the provider needs none", () => {
    const { credentials } = chatOf(withModel({ credentials: [{ provider: "ollama", api_key: "" }] }));

    expect(credentials[0]?.api_key).toBe(Secret.empty);
  });

  it("knows a provider by its aliases, in any case", () => {
    expect(chatOf(withCredential({ provider: "Kimi" })).credentials[0]).toMatchObject({
      provider: "moonshot",
      api_base: "https://api.moonshot.ai/v1",
    });
  });

  it("puts environment variables into keys, bases and headers", () => {
    const [credential] = chatOf(
      withCredential({ api_key: "${KEY}-1", api_base: "https://${HOST}/v1/", extra_headers: { "X-Team": "${KEY}" } }),
    ).credentials;

    const { api_key: key } = credential ?? {};
    expect(Secret.is(key) && key.reveal()).toBe("sk-from-env-1");
    expect(credential?.api_base).toBe("https://eu.example.com/v1");
    expect(credential?.extra_headers?.["X-Team"]?.reveal()).toBe("sk-from-env");
  });

  it("returns what it was given when it is given what it returned", () => {
    const once = parseConfig(
      {
        ...embedding({
          credentials: [openai, { provider: "openai", api_key: { command: ["./print", "${KEY}"], ttl: 90 } }],
        }),
        gateway: { keys: [{ id: "app", key: "${KEY}", rate: "600/m" }] },
      },
      { env, baseDir: "/etc/keyswitch" },
    );
    const twice = parseConfig(once, { env: {} });

    expect(twice).toStrictEqual(once);
    expect(twice.gateway.keys[0]?.key.reveal()).toBe("sk-from-env");
  });

  it("freezes what it returns and leaves what it was given alone", () => {
    const input = withCredential({ extra_request_body: { nested: { list: [1] } } });
    const before = structuredClone(input);
    const config = parseConfig(input, { env });

    expect(Object.isFrozen(config.models["chat"]?.credentials[0]?.extra_request_body?.["nested"])).toBe(true);
    expect(input).toEqual(before);
    expect(Object.isFrozen(input)).toBe(false);
  });

  it("asks functions for no provider, key, base or upstream name", () => {
    expect(issuesOf({ models: { chat: { api: "any", credentials: [{}, { provider: "bedrock" }] } } })).toEqual([]);
  });

  it.each([
    [600, "10m"],
    [0.5, "500ms"],
    ["600s", "10m"],
    ["90s", "90s"],
    ["500ms", "500ms"],
    ["1.5h", "90m"],
    ["24h", "24h"],
    ["7d", "168h"],
  ])("reads the duration %j as %s", (timeout, expected) => {
    expect(chatOf(withModel({ timeout })).timeout).toBe(expected);
  });

  it.each([
    [1024, "1kb"],
    ["1.5mb", "1536kb"],
    ["1GB", "1gb"],
    [1000, "1000b"],
  ])("reads the size %j as %s", (max_body, expected) => {
    expect(parseConfig(withGateway({ max_body }), { env }).gateway.max_body).toBe(expected);
  });
});

describe("a wrong configuration", () => {
  it.each<[path: string, found: string, wanted: RegExp, input: unknown]>([
    ["", "null", /an object/, null],
    ["", "an empty list", /an object/, []],
    ["", '"models"', /an object/, "models"],
    ["models", "nothing", /object of models/, {}],
    ["models", "an object", /at least one/, { models: {} }],
    ["models", "a list of 1", /object of models/, { models: [1] }],
    ['models[" "]', "the name a blank text", /letter or digit/, { models: { " ": { api: "any", credentials: [{}] } } }],
    ["models.chat", "null", /an object/, { models: { chat: null } }],
    ["modles", "an unknown key", /models, most likely/, { ...withModel({}), modles: {} }],
    ["models.chat.apiBase", "an unknown key", /one of kind, api, model/, withModel({ apiBase: "x" })],
    ["models.chat.kind", '"chatt"', /did you mean chat\?/, withModel({ kind: "chatt" })],
    ["models.chat.api", '"opnai"', /did you mean openai\?/, withModel({ api: "opnai" })],
    ["models.chat.api", 'an empty text ("")', /openai, anthropic, gemini or any/, withModel({ api: "" })],
    ["models.chat.model", "a blank text", /name at the upstream/, withModel({ model: " " })],
    ["models.chat.credentials", "nothing", /1 to 50/, { models: { chat: { model: "m" } } }],
    ["models.chat.credentials", "an empty list", /1 to 50/, withModel({ credentials: [] })],
    [
      "models.chat.credentials",
      "a list of 51",
      /1 to 50/,
      withModel({ credentials: Array.from({ length: 51 }, () => openai) }),
    ],
    ["models.chat.credentials[0]", '"a"', /an object/, withModel({ credentials: ["a"] })],
    ["models.chat.credentials[0].id", '"-a"', /letter or digit/, withCredential({ id: "-a" })],
    ["models.chat.credentials[0].id", "a text of 65 characters", /at most 63/, withCredential({ id: "a".repeat(65) })],
    [
      "models.chat.credentials[1].id",
      '"credential-1", which credentials[0] has too',
      /of its own/,
      withModel({ credentials: [{ ...openai, id: "credential-1" }, openai] }),
    ],
    ["models.chat.credentials[0].provider", '"opnai"', /did you mean openai\?/, withCredential({ provider: "opnai" })],
    ["models.chat.credentials[0].provider", "nothing", /such as/, withCredential({ provider: undefined })],
    [
      "models.chat.credentials[0].provider",
      '"anthropic", which does not speak the model\'s api, openai',
      /openrouter/,
      withCredential({ provider: "anthropic" }),
    ],
    ["models.chat.credentials[0].api_key", "nothing", /which openai asks for/, withCredential({ api_key: undefined })],
    ["models.chat.credentials[0].api_key", "an empty key", /which openai asks for/, withCredential({ api_key: "" })],
    ["models.chat.credentials[0].api_key", "a number", /a text/, withCredential({ api_key: 7 })],
    [
      "models.chat.credentials[0].api_key",
      "the environment variable NO_KEY, which is not set",
      /is set/,
      withCredential({ api_key: "${NO_KEY}" }),
    ],
    [
      "models.chat.credentials[0].api_key",
      "the environment variable NO_KEY, which is not set",
      /is set/,
      withCredential({ api_key: { env: "NO_KEY" } }),
    ],
    [
      "models.chat.credentials[0].api_key",
      "the environment variable EMPTY, which is empty",
      /not empty/,
      withCredential({ api_key: { env: "EMPTY" } }),
    ],
    [
      "models.chat.credentials[0].api_key",
      '"$OPENAI_API_KEY", which is not replaced',
      /"\$\{OPENAI_API_KEY\}"/,
      withCredential({ api_key: "$OPENAI_API_KEY" }),
    ],
    ["models.chat.credentials[0].api_key", "a text of 5 characters", /a } after/, withCredential({ api_key: "${KEY" })],
    [
      "models.chat.credentials[0].api_key",
      "a ttl that is nothing",
      /ttl: seconds or a text/,
      withCredential({ api_key: { command: ["print-token"] } }),
    ],
    [
      "models.chat.credentials[0].api_key",
      "another command",
      /no shell/,
      withCredential({ api_key: { command: "print-token --fresh", ttl: "45m" } }),
    ],
    [
      "models.chat.credentials[0].api_key",
      "further members",
      /nothing else/,
      withCredential({ api_key: { command: ["print-token"], ttl: "45m", shell: true } }),
    ],
    [
      "models.chat.credentials[0].sk",
      "an object",
      /\{ file: PATH \}$/,
      withCredential({ sk: { command: ["print-token"], ttl: "45m" } }),
    ],
    [
      "models.chat.credentials[0].api_key",
      "an object",
      /\{ env: NAME \}/,
      withCredential({ api_key: { env: "KEY", file: "x" } }),
    ],
    [
      "models.chat.credentials[0].api_key",
      "the character U+000A at position 2 of a key of 3",
      /ASCII/,
      withCredential({ api_key: "a\nb" }),
    ],
    ["models.chat.credentials[0].api_base", "nothing", /custom has no default/, withCredential({ provider: "custom" })],
    ["models.chat.credentials[0].api_base", '"ftp://x"', /http or https/, withCredential({ api_base: "ftp://x" })],
    [
      "models.chat.credentials[0].api_base",
      "a URL with them",
      /without user and password/,
      withCredential({ api_base: "https://user:pass@x" }),
    ],
    [
      "models.chat.credentials[0].api_base",
      "a text of 15 characters",
      /without query/,
      withCredential({ api_base: "https://x?key=1" }),
    ],
    ["models.chat.credentials[0].model", "nothing", /name at the upstream/, withModel({ model: undefined })],
    [
      "models.chat.credentials[0].extra_headers.host",
      'the name "host"',
      /connection's own/,
      withCredential({ extra_headers: { host: "x" } }),
    ],
    [
      "models.chat.credentials[0].extra_headers.x-n",
      "a number",
      /a text/,
      withCredential({ extra_headers: { "x-n": 1 } }),
    ],
    [
      "models.chat.credentials[0].extra_headers.X-A",
      "a header that is there twice",
      /one value/,
      withCredential({ extra_headers: { "x-a": "1", "X-A": "2" } }),
    ],
    [
      "models.chat.credentials[0].extra_request_body",
      "a list of 1",
      /an object/,
      withCredential({ extra_request_body: [1] }),
    ],
    ["models.chat.credentials[0].max_tokens", "0", /whole number from 1/, withCredential({ max_tokens: 0 })],
    [
      "models.chat.credentials[0].capabilities[0]",
      '"visoin"',
      /did you mean vision\?/,
      withCredential({ capabilities: ["visoin"] }),
    ],
    ["models.chat.credentials[0].disabled", '"true"', /true or false/, withCredential({ disabled: "true" })],
    ["models.chat.timeout", "0", /more than 0/, withModel({ timeout: 0 })],
    ["models.chat.timeout", "-1", /more than 0/, withModel({ timeout: -1 })],
    ["models.chat.timeout", "NaN", /JSON/, withModel({ timeout: Number.NaN })],
    ["models.chat.timeout", "1e+300", /a year/, withModel({ timeout: 1e300 })],
    ["models.chat.timeout", '"ten"', /"10m"/, withModel({ timeout: "ten" })],
    ["models.chat.timeout", "null", /"10m"/, withModel({ timeout: null })],
    ["models.chat.deadline", '"never"', /or none/, withModel({ deadline: "never" })],
    ["models.chat.failback.growth", "0.5", /from 1 to 1000/, withModel({ failback: { growth: 0.5 } })],
    ["models.chat.failback.requests", "1.5", /whole number/, withModel({ failback: { requests: 1.5 } })],
    [
      "models.chat.failback.strategey",
      "an unknown key",
      /strategy, most likely/,
      withModel({ failback: { strategey: "x" } }),
    ],
    ["models.chat.retry.max_retries", "-1", /from 0 to 100/, withModel({ retry: { max_retries: -1 } })],
    ["models.chat.retry.jitter", "true", /full or none/, withModel({ retry: { jitter: true } })],
    [
      "models.chat.dimension",
      "an option of embeddings in a model of kind chat",
      /kind: embedding/,
      withModel({ dimension: 8 }),
    ],
    ["models.chat.kind", '"chatt"', /did you mean chat/, withModel({ kind: "chatt", dimension: 8 })],
    ["models.embed.dimension", "nothing", /never guessed/, embedding({ dimension: undefined })],
    ["models.embed.dimension", '"8"', /whole number/, embedding({ dimension: "8" })],
    [
      "models.embed.credentials[1].model",
      '"f" beside "e"',
      /interchangeable: true/,
      embedding({ credentials: [openai, { ...openai, model: "f" }] }),
    ],
    [
      "models.embed.credentials[1].dimension",
      "16 beside 8",
      /one length/,
      embedding({ credentials: [openai, { ...openai, dimension: 16 }] }),
    ],
    ["gateway.port", "70000", /0 to 65535/, withGateway({ port: 70_000 })],
    ["gateway.port", '"80"', /0 to 65535/, withGateway({ port: "80" })],
    ["gateway.host", '"0.0.0.0" without keys', /gateway.keys/, withGateway({ host: "0.0.0.0" })],
    ["gateway.hosts", '"llm.example.com"', /a list/, withGateway({ hosts: "llm.example.com" })],
    ["gateway.hosts[0]", '"https://llm.example.com"', /no scheme/, withGateway({ hosts: ["https://llm.example.com"] })],
    ["gateway.hosts[0]", '"llm.example.com:443"', /no port/, withGateway({ hosts: ["llm.example.com:443"] })],
    ["gateway.hosts[1]", '"*.example.com"', /no \*/, withGateway({ hosts: ["a-b.example.com", "*.example.com"] })],
    ["gateway.hosts[0]", '"-.example.com"', /host's name/, withGateway({ hosts: ["-.example.com"] })],
    ["gateway.max_body", '"20xb"', /"20mb"/, withGateway({ max_body: "20xb" })],
    ["gateway.keys[0].id", "nothing", /letter or digit/, withGateway({ keys: [{ key: "k" }] })],
    ["gateway.keys[0].key", "an empty text", /not empty/, withGateway({ keys: [{ id: "a", key: "" }] })],
    ["gateway.keys[0].rate", '"600"', /600\/m/, withGateway({ keys: [{ id: "a", key: "k", rate: "600" }] })],
    [
      "gateway.keys[0].models[0]",
      '"chatt", which models does not have',
      /did you mean chat\?/,
      withGateway({ keys: [{ id: "a", key: "k", models: ["chatt"] }] }),
    ],
    [
      "gateway.keys[1].id",
      '"a", which keys[0] has too',
      /of its own/,
      withGateway({
        keys: [
          { id: "a", key: "k" },
          { id: "a", key: "l" },
        ],
      }),
    ],
    ["state.url", "nothing", /URL of the Redis/, { ...withModel({}), state: { kind: "redis" } }],
    ["log.level", '"verbose"', /trace, debug, info/, { ...withModel({}), log: { level: "verbose" } }],
    ["models.chat.model", "a function", /JSON/, withModel({ model: () => "m" })],
  ])("names %s, where it found %s", (path, found, wanted, input) => {
    expect(issuesOf(input)).toEqual([{ path, found, wanted: expect.stringMatching(wanted) as string }]);
  });

  it("tells all its errors at once, of values and of rules", () => {
    const paths = issuesOf({
      models: {
        chat: { timeout: -1, credentials: [{ provider: "openai" }, { provider: "custom", api_key: "${NO_KEY}" }] },
        embed: { kind: "embedding", api: "anthropic", credentials: [{ provider: "openai", api_key: "k", model: "e" }] },
      },
      gateway: { host: "0.0.0.0", port: -1 },
      log: 7,
    }).map((issue) => issue.path);

    expect(paths.toSorted()).toEqual([
      "gateway.host",
      "gateway.port",
      "log",
      "models.chat.credentials[0].api_key",
      "models.chat.credentials[0].model",
      "models.chat.credentials[1].api_base",
      "models.chat.credentials[1].api_key",
      "models.chat.credentials[1].model",
      "models.chat.timeout",
      "models.embed.credentials[0].provider",
      "models.embed.dimension",
    ]);
  });

  it("never lends a credential the key, base or headers of another one", () => {
    const full = { ...openai, api_base: "https://relay.example.com/v1", extra_headers: { "x-a": "1" } };
    const { credentials } = chatOf(withModel({ credentials: [full, { provider: "groq", api_key: "gsk-2" }] }));

    expect(credentials[1]).toEqual(
      expect.objectContaining({ api_base: "https://api.groq.com/openai/v1", provider: "groq" }) as object,
    );
    expect(credentials[1]).not.toHaveProperty("extra_headers");
    expect(issuesOf(withModel({ credentials: [full, { provider: "groq" }] }))).toHaveLength(1);
  });

  it("is told apart from one that nests or loops without end", () => {
    const loop: Record<string, unknown> = {};
    loop["loop"] = loop;
    let deep: unknown = {};
    for (let level = 0; level < 100_000; level++) deep = { deep };

    expect(issuesOf(withModel(loop))).toMatchObject([{ path: "", found: "more than 32 levels of nesting" }]);
    expect(issuesOf(deep)).toMatchObject([{ path: "", found: "more than 32 levels of nesting" }]);
    expect(issuesOf(Array.from({ length: 200_000 }, () => 1))).toMatchObject([
      { path: "", found: "more than 100000 values" },
    ]);
  });

  it("does not reach the prototype of anything", () => {
    const input: unknown = JSON.parse('{"models":{"__proto__":{"api":"any","credentials":[{}]}}}');

    expect(issuesOf(input)[0]).toMatchObject({ path: "models.__proto__" });
  });
});

describe("a planted key", () => {
  const planted = "sk-planted-9f8e7d6c5b4a39281706";

  it.each<[string, unknown]>([
    ["as a provider", withCredential({ provider: planted })],
    ["as an id", withCredential({ id: `${planted} ` })],
    ["as an api", withModel({ api: planted })],
    ["as a variable's name", withCredential({ api_key: { env: planted.replaceAll("-", "_") } })],
    ["as a file's name", withCredential({ api_key: { file: planted } })],
    ["as a base", withCredential({ api_base: planted })],
    ["in a base's query", withCredential({ api_base: `https://x/?key=${planted}` })],
    ["in a base's password", withCredential({ api_base: `https://u:${planted}@x` })],
    ["in an open reference", withCredential({ api_key: `${planted}\${KEY` })],
    ["in a key with a newline", withCredential({ api_key: `${planted}\n${planted}` })],
    ["in a header with a newline", withCredential({ extra_headers: { "x-a": `${planted}\n.` } })],
    ["in a header's name", withCredential({ extra_headers: { [`${planted} x`]: "1" } })],
    ["as a wrong key's member", withCredential({ api_key: { value: planted } })],
    ["in a command line", withCredential({ api_key: { command: `print ${planted}`, ttl: "45m" } })],
    ["in a command without a ttl", withCredential({ api_key: { command: ["print", planted] } })],
    ["as a command's ttl", withCredential({ api_key: { command: ["print"], ttl: planted } })],
    ["as an unknown key", withCredential({ [planted]: 1 })],
    ["under an unknown key", withCredential({ apikey: planted })],
    ["as a duration", withModel({ timeout: planted })],
    ["as a gateway key's rate", withGateway({ keys: [{ id: "a", key: planted, rate: planted }] })],
    ["as a gateway key's model", withGateway({ keys: [{ id: "a", key: planted, models: [planted] }] })],
    ["as the whole", planted],
  ])("stays out of every error when it stands %s", (_where, input) => {
    let thrown: unknown;
    try {
      parseConfig(input, { env });
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(ConfigError);
    const shown = [inspect(thrown, { depth: 20, showHidden: true }), JSON.stringify(thrown)].join("\n");
    expect(shown).not.toMatch(/9f8e7d6c|9f8e7d6c5b4a39281706/);
  });

  it("stays out of a configuration however it is shown", () => {
    const config = parseConfig(
      {
        ...withCredential({ api_key: planted, ak: planted, sk: planted, extra_headers: { "x-a": planted } }),
        gateway: { keys: [{ id: "a", key: planted }], admin_key: planted },
      },
      { env },
    );
    const shown = [
      inspect(config, { depth: 20, showHidden: true }),
      JSON.stringify(config),
      JSON.stringify(redactedConfig(config)),
    ];

    expect(shown.join("\n")).not.toContain("planted");
    expect(shown.join("\n")).toContain("[redacted]");
  });
});

describe("parseModelConfig", () => {
  it("takes plain ids for credentials where it is told to", () => {
    const { api, credentials } = parseModelConfig(
      { credentials: ["a", { id: "b", disabled: true }] },
      { plainCredentials: true },
    );

    expect(api).toBe("any");
    expect(credentials).toEqual([
      { id: "a", provider: "custom", disabled: false },
      { id: "b", provider: "custom", disabled: true },
    ]);
  });

  it("names paths from the model on", () => {
    expect(() => parseModelConfig({ credentials: ["a", "a"] }, { plainCredentials: true })).toThrow(
      'The model\'s configuration has an error:\n  credentials[1].id: found "a", which credentials[0] has too, wanted an id of its own',
    );
    expect(() => parseModelConfig({ credentials: ["a"] })).toThrow(/credentials\[0\]: found "a", wanted an object/);
  });
});

describe("KeyswitchConfig", () => {
  it("has the keys of the schema, and only values that it may take", () => {
    type SchemaInput = z.input<ReturnType<typeof configSchema>>;
    type SchemaModel = SchemaInput["models"][string];

    expectTypeOf<keyof KeyswitchConfig>().toEqualTypeOf<keyof SchemaInput>();
    expectTypeOf<keyof ModelConfigInput>().toEqualTypeOf<keyof SchemaModel>();
    expectTypeOf<keyof NonNullable<KeyswitchConfig["gateway"]>>().toEqualTypeOf<
      keyof NonNullable<SchemaInput["gateway"]>
    >();
    expectTypeOf<keyof NonNullable<ModelConfigInput["failback"]>>().toEqualTypeOf<
      keyof NonNullable<SchemaModel["failback"]>
    >();
    expectTypeOf<keyof NonNullable<ModelConfigInput["retry"]>>().toEqualTypeOf<
      keyof NonNullable<SchemaModel["retry"]>
    >();
    expectTypeOf<Omit<ModelConfigInput, "credentials">>().toExtend<Omit<SchemaModel, "credentials">>();
    expectTypeOf<keyof CredentialConfigInput>().toEqualTypeOf<keyof Config["models"][string]["credentials"][number]>();
  });
});

describe("what is told of a configuration", () => {
  it.each([
    ["a number for a key", withCredential({ api_key: 9_988_776_655 })],
    ["true for a key", withCredential({ api_key: true })],
    ["a number for a key's file", withCredential({ api_key: { file: 9_988_776_655 } })],
    ["a number for a header", withCredential({ extra_headers: { "x-team": 9_988_776_655 } })],
    ["a key in a URL's fragment", withCredential({ api_base: "https://h/v1#9988776655" })],
  ])("never shows %s", (_what, input) => {
    const issues = issuesOf(input);

    expect(issues).toHaveLength(1);
    expect(issues[0]?.found).toMatch(/^a (?:number|boolean|text of \d+ characters)$/);
  });

  it("is a hundred faults at most, and how many there are besides", () => {
    const stray = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`stray${index}`, 1]));
    const issues = issuesOf({ ...withModel({}), ...stray });

    expect(issues).toHaveLength(101);
    expect(issues.at(-1)).toEqual({ path: "…", found: "50 more", wanted: "none" });
  });

  it("is the number of models alone, where there are too many of them", () => {
    const models = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`m${index}`, { credentials: [] }]));

    expect(issuesOf({ models })).toEqual([{ path: "", found: "1001 models", wanted: "at most 1000" }]);
  });

  it("says why no model can be called __proto__", () => {
    const models = JSON.parse('{"__proto__": {"credentials": []}}') as object;

    expect(issuesOf({ models })).toContainEqual({
      path: "models.__proto__",
      found: "a name that JavaScript gives a meaning",
      wanted: "another name",
    });
  });
});
