import { describe, it } from "vitest";
import { providers } from "../../src/providers/index.ts";
import type { Endpoint } from "../../src/providers/provider.ts";
import { expectPage, table } from "./generated.ts";

describe("docs/providers.md", () => {
  it("lists the providers that the code knows", () => {
    expectPage("providers.md", [
      "# Providers",
      "",
      "<!-- Made from src/providers: change it there, then run UPDATE_DOCS=1 npx vitest run test/docs -->",
      "",
      "`provider` is a name or an alias of this table, in any case. Where a credential has no `api_base`, that of the model's `api`",
      "is used; a base is what the dialect's own SDK takes for its base URL. A provider without a dialect serves functions alone",
      "(`api: any`): its errors are understood, its wire is not spoken. Keys of one region often do not work in another: then",
      "`api_base` must name theirs.",
      "",
      ...table(
        ["provider", "aliases", "`openai`", "`anthropic`", "`gemini`", "key"],
        providers.map(({ name, title, aliases, endpoints, keyless }) => [
          `\`${name}\` (${title})`,
          aliases.map((alias) => `\`${alias}\``).join(", "),
          endpointText(endpoints.openai),
          endpointText(endpoints.anthropic),
          endpointText(endpoints.gemini),
          keyless === true || Object.keys(endpoints).length === 0 ? "may be missing" : "required",
        ]),
      ),
    ]);
  });
});

function endpointText(endpoint: Endpoint | undefined): string {
  if (endpoint === undefined) return "";
  return endpoint.apiBase === undefined ? "with `api_base`" : endpoint.apiBase;
}
