import type { ModelConfigInput } from "../../config/index.ts";
import { createKeyswitch, type Keyswitch } from "../../index.ts";
import { type Behaviour, createFakeProvider, type FakeProvider } from "../../testing/fake-provider/index.ts";

/** The demo's models, each with credentials of the same weights. */
export type ModelName = "gpt" | "deepseek" | "claude";

/** How patient the demo's models are. */
export type Pace = Pick<ModelConfigInput, "failback" | "retry" | "timeout" | "first_byte_timeout" | "idle_timeout">;

/** What is needed for calls over real sockets: a scripted upstream on loopback, and models that reach it. */
export interface Stage {
  readonly keyswitch: Keyswitch;
  /** Says what a credential's upstream answers next, one behaviour a request. */
  readonly script: (credential: string, ...behaviours: readonly Behaviour[]) => void;
  /** Says what it answers from now on. */
  readonly set: (credential: string, behaviour: Behaviour) => void;
  readonly close: () => Promise<void>;
}

/** Who reaches which model. Providers answer with their own payloads, each in its own dialect. */
const cast: Readonly<
  Record<ModelName, Pick<ModelConfigInput, "api" | "model"> & { readonly credentials: readonly Part[] }>
> = {
  gpt: {
    api: "openai",
    model: "gpt-4o-mini",
    credentials: [
      { id: "openai-main", provider: "openai", base: "/v1" },
      { id: "openai-spare", provider: "openai", base: "/v1" },
      { id: "openrouter", provider: "openrouter", base: "/v1" },
    ],
  },
  deepseek: {
    api: "openai",
    model: "deepseek-v3",
    credentials: [
      { id: "deepseek", provider: "deepseek", base: "/v1" },
      { id: "ark", provider: "volcengine", base: "/v1" },
      { id: "dashscope", provider: "dashscope", base: "/v1" },
    ],
  },
  claude: {
    api: "anthropic",
    model: "claude-sonnet-4-5",
    credentials: [
      { id: "anthropic-main", provider: "anthropic", base: "" },
      { id: "anthropic-spare", provider: "anthropic", base: "" },
      { id: "anthropic-eu", provider: "anthropic", base: "" },
    ],
  },
};

/** A credential before it is known where the upstream listens. */
interface Part {
  readonly id: string;
  readonly provider: string;
  /** What its API's base has after the origin. */
  readonly base: string;
}

/** Sets up the upstream and the models. */
export async function setStage(paceOf: (model: ModelName) => Pace): Promise<Stage> {
  const names = Object.keys(cast) as ModelName[];
  const ids = names.flatMap((name) => cast[name].credentials.map(({ id }) => id));
  const labels = Object.fromEntries(ids.map((id) => [keyOf(id), id]));
  const upstream = await createFakeProvider({ labels, strictKeys: true });
  const keyswitch = createKeyswitch({
    models: Object.fromEntries(names.map((name) => [name, { ...configOf(name, upstream), ...paceOf(name) }])),
  });
  return {
    keyswitch,
    script: (credential, ...behaviours) => upstream.script(keyOf(credential), ...behaviours),
    set: (credential, behaviour) => upstream.set(keyOf(credential), behaviour),
    close: async () => {
      await keyswitch.close();
      await upstream.close();
    },
  };
}

function configOf(name: ModelName, { url }: FakeProvider): ModelConfigInput {
  const { credentials, ...model } = cast[name];
  return {
    ...model,
    credentials: credentials.map(({ base, ...credential }) => ({
      ...credential,
      api_base: `${url}${base}`,
      api_key: keyOf(credential.id),
    })),
  };
}

/** The upstream tells credentials apart by key, so each has one; it opens nothing. */
const keyOf = (credential: string): string => `fake-key-of-${credential}`;
