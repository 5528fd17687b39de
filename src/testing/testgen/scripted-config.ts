import { type KeyswitchConfig, loadConfig, type ModelConfig } from "../../config/index.ts";
import type { FakeProvider } from "../fake-provider/index.ts";

/** Under which key a story's upstream knows a credential. */
export const keyOf = (credential: string): string => `key-of-${credential}`;

/** The retries of a test: as many as the configuration has, at once, since nobody waits for them. */
export const promptly = { base_delay: "1ms", max_delay: "1ms", jitter: "none" } as const;

/** Names of environment variables are all set, to nothing of worth: no key is needed where no provider is asked. */
const anyEnvironment: Readonly<Record<string, string>> = new Proxy({}, { get: () => "unused" });

/**
 * Reads a configuration for tests: each credential leads to a scripted upstream, with a key by which it is known there.
 * Everything else is as the file says, but that retries wait a millisecond, that the gateway takes any free port of this
 * machine and asks for no key, and that nothing is stored or logged.
 *
 * @param path - A file as `loadConfig` takes it. Variables that it names need not be set.
 * @throws ConfigError
 */
export async function loadScriptedConfig(
  path: string,
  upstream: Pick<FakeProvider, "url" | "baseURL">,
): Promise<KeyswitchConfig> {
  const { models } = await loadConfig(path, { env: anyEnvironment });
  const scripted = Object.entries(models).map(([id, model]) => [id, ledTo(upstream, model)]);
  return {
    models: Object.fromEntries(scripted) as KeyswitchConfig["models"],
    gateway: { port: 0, inspector: false },
    log: { level: "silent" },
  };
}

function ledTo({ url, baseURL }: Pick<FakeProvider, "url" | "baseURL">, model: ModelConfig): ModelConfig {
  const credentials = model.credentials.map((credential) => ({
    ...credential,
    api_key: keyOf(credential.id),
    api_base: model.api === "openai" && credential.provider !== "azure" ? baseURL : url,
  }));
  return { ...model, credentials, retry: { ...model.retry, ...promptly } } as unknown as ModelConfig;
}
