import { createInterface } from "node:readline/promises";
import { Readable } from "node:stream";
import { providerFor, providers } from "../../providers/index.ts";
import type { Api, Provider } from "../../providers/provider.ts";
import type { Terminal } from "../terminal.ts";
import type { Draft, DraftCredential } from "./draft.ts";
import { dialectOf, needsOf, prefixesOf } from "./draft-from-environment.ts";
import { starterModelOf } from "./starter-models.ts";

/** Somebody who answers. */
export interface Interviewee {
  /**
   * Asks until the answer will do. `check` gives what it means, or says what is wrong with it; Enter alone stands for
   * the suggestion.
   *
   * @throws Error when the input has ended.
   */
  readonly ask: <Value>(
    question: string,
    suggestion: string,
    check: (answer: string) => Checked<Value>,
  ) => Promise<Value>;
  /** Lets go of the terminal's input. */
  readonly close: () => void;
}

type Checked<Value> = { readonly is: Value } | { readonly wrong: string };

/** Asks whoever sits at a terminal. */
export function interviewAt({ input, draw }: Pick<Terminal, "input" | "draw">): Interviewee {
  const reader = createInterface({ input: Readable.from(input) });
  const lines = reader[Symbol.asyncIterator]();
  return {
    ask: async (question, suggestion, check) => {
      for (;;) {
        draw(`${question}${suggestion === "" ? "" : ` [${suggestion}]`}: `);
        const line = await lines.next();
        if (line.done === true) throw new InterviewEndedError();
        const checked = check(line.value.trim() || suggestion);
        if ("is" in checked) return checked.is;
        draw(`  ${checked.wrong}\n`);
      }
    },
    close: () => reader.close(),
  };
}

/** The input ended before the last answer. */
export class InterviewEndedError extends Error {
  override readonly name = "InterviewEndedError";
}

/** Asks for one model and the credentials that reach it. */
export async function draftByAsking({ ask }: Interviewee): Promise<Draft> {
  const provider = await ask("Provider", "openai", (answer) => knownProvider(answer));
  const api = dialectOf(provider) ?? "openai";
  const { model: suggested, kind = "chat", dimension } = starterModelOf(provider.name);
  const model = await ask("Model, as the provider calls it", suggested, text);
  const length = kind === "chat" ? undefined : await ask("Length of its vectors", String(dimension ?? ""), wholeNumber);
  const credentials = [await credentialByAsking(ask, provider, api, 1)];
  for (;;) {
    const next = await ask(
      "Who answers when that fails? Another provider of this model, or Enter for none",
      "",
      (answer): Checked<Provider | undefined> => (answer === "" ? { is: undefined } : knownProvider(answer, api)),
    );
    if (next === undefined) break;
    const count = credentials.filter((each) => each.provider === next.name).length + 1;
    const name = await ask("Model, as it is called there", model, text);
    credentials.push({
      ...(await credentialByAsking(ask, next, api, count)),
      ...(name !== model && { model: name }),
    });
  }
  return { models: [{ name: kind, kind, api, model, dimension: length, credentials }] };
}

async function credentialByAsking(
  ask: Interviewee["ask"],
  provider: Provider,
  api: Api,
  count: number,
): Promise<DraftCredential> {
  const { needsBase, needsVersion } = needsOf(provider, api);
  const { apiVersion: usual = "" } = starterModelOf(provider.name);
  const apiBase = needsBase ? await ask("Base of its URLs", "", baseUrl) : undefined;
  const apiVersion = needsVersion ? await ask("Version of its API", usual, text) : undefined;
  const [prefix = "LLM"] = prefixesOf(provider);
  const suggestion = provider.keyless === true ? "" : `${prefix}_API_KEY${count === 1 ? "" : `_${count}`}`;
  const question = `Environment variable that holds its key${provider.keyless === true ? ", or Enter for none" : ""}`;
  const variable = await ask(question, suggestion, variableName);
  return { provider: provider.name, variable: variable === "" ? undefined : variable, apiBase, apiVersion };
}

function knownProvider(answer: string, api?: Api): Checked<Provider> {
  const provider = providerFor(answer);
  const speaks = (each: Provider): boolean => (api === undefined ? dialectOf(each) : each.endpoints[api]) !== undefined;
  if (provider !== undefined && speaks(provider)) return { is: provider };
  const names = providers.filter(speaks).map(({ name }) => name);
  return { wrong: `One of ${names.join(", ")}.` };
}

function text(answer: string): Checked<string> {
  return /^\P{Cc}{1,1024}$/u.test(answer) ? { is: answer } : { wrong: "A name, please." };
}

function wholeNumber(answer: string): Checked<number> {
  return /^[1-9]\d{0,5}$/.test(answer) ? { is: Number(answer) } : { wrong: "A whole number, please." };
}

function baseUrl(answer: string): Checked<string> {
  const url = URL.parse(answer);
  const isBase = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && !/[?#]/.test(answer);
  return isBase ? { is: answer } : { wrong: "An http or https URL without user and query, please." };
}

/** Keys are often pasted where a name belongs. Those are not repeated. */
function variableName(answer: string): Checked<string> {
  return answer === "" || /^[A-Z_][A-Z0-9_]*$/.test(answer)
    ? { is: answer }
    : { wrong: "The name of a variable, in capitals. The key itself is written nowhere." };
}
