/**
 * The `openai` client over three credentials: the first is refused, the second hangs, the third answers.
 *
 *     node examples/openai/main.ts
 */
import { createModel } from "keyswitch";
import { createFakeProvider, failures } from "keyswitch/testing";
import OpenAI from "openai";

// A scripted upstream on loopback stands in for the providers.
await using upstream = await createFakeProvider({ labels: { "key-a": "a", "key-b": "b", "key-c": "c" } });
upstream.set("key-a", failures.openai.invalidKey);
upstream.set("key-b", { hang: true });

const credential = (id: string) => ({ id, provider: "custom", api_base: upstream.baseURL, api_key: `key-${id}` });
const chat = createModel({
  model: "gpt-4o-mini",
  credentials: [credential("a"), credential("b"), credential("c")],
  timeout: "1s",
  first_byte_timeout: "1s",
});
chat.on("failover", ({ from, to, cause, rule }) => console.log(`${from} → ${to}: ${cause} (${rule ?? "no rule"})`));

const openai = new OpenAI({ apiKey: "unused", baseURL: chat.baseURL, fetch: chat.fetch, maxRetries: 0 });
const messages = [{ role: "user" as const, content: "Who answers?" }];

const completion = await openai.chat.completions.create({ model: "any", messages });
console.log(completion.choices[0]?.message.content);

for await (const chunk of await openai.chat.completions.create({ model: "any", messages, stream: true })) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
}
console.log(`\nserving: ${chat.active()}`);
await chat.close();
