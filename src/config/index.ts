export { loadConfig, parseText, readConfig } from "./load.ts";
export { isOpenViking, migrateOpenViking, normaliseOpenViking, parseOpenViking } from "./openviking/index.ts";
export type { Change, Migration, NormalisedOpenViking, OpenVikingOptions } from "./openviking/index.ts";
export type {
  Capability,
  CredentialConfigInput,
  Duration,
  FailbackConfigInput,
  GatewayConfigInput,
  GatewayKeyInput,
  KeyInput,
  KeyswitchConfig,
  LogConfigInput,
  ModelConfigInput,
  RetryConfigInput,
  SecretInput,
  Size,
  StateConfigInput,
} from "./options.ts";
export { parseConfig, parseModelConfig, redactedConfig } from "./parse.ts";
export type { Config, ModelConfig, ParseOptions } from "./parse.ts";
export { runtimeModel } from "./runtime.ts";
export type { Credential, EmbeddingOptions, RuntimeModel } from "./runtime.ts";
