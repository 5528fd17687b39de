import { type Behaviour, failures } from "../../testing/fake-provider/index.ts";
import type { Stage } from "./stage.ts";

/** Failures that a key of each provider may run into, as they look on its wire. */
const storms: Readonly<Record<string, readonly Behaviour[]>> = {
  openai: [
    failures.openai.invalidKey,
    failures.openai.insufficientQuota,
    failures.openai.overloaded,
    failures.openai.serverError,
    failures.openai.rateLimit({ retryAfterS: 1 }),
    { errorAtHead: failures.openai.serverError },
  ],
  dashscope: [failures.dashscope.arrearage, failures.dashscope.freeTierOnly, failures.dashscope.throttling],
  deepseek: [failures.deepseek.insufficientBalance, failures.deepseek.invalidKey],
  ark: [
    failures.volcengine.authentication,
    failures.volcengine.accountOverdue,
    failures.volcengine.endpointRateLimit,
    failures.volcengine.limitReached,
  ],
  openrouter: [
    failures.openrouter.noCredentials,
    failures.openrouter.moreCredits,
    failures.openrouter.upstreamRateLimit,
  ],
  anthropic: [
    failures.anthropic.authentication,
    failures.anthropic.creditBalance,
    failures.anthropic.overloaded,
    failures.anthropic.apiError,
    { errorAtHead: failures.anthropic.overloaded },
  ],
};

/** What any connection may do. */
const anywhere: readonly Behaviour[] = [
  { hang: true },
  { reset: true },
  { html: 502 },
  "healthy",
  "healthy",
  "healthy",
  "healthy",
];

/** Changes what one credential's upstream does, at random; about half of the time for the better. */
export function changeWeather(stage: Stage, credentials: readonly string[]): void {
  const credential = oneOf(credentials);
  const [provider = ""] = credential.split("-");
  stage.set(credential, oneOf([...(storms[provider] ?? []), ...anywhere]));
}

function oneOf<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item;
}
