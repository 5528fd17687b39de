import { describe, it } from "vitest";
import { expectPage } from "./generated.ts";
import { declarations } from "./tsdoc.ts";

describe("docs/errors.md", () => {
  it("lists exactly the errors that the code has, with what to do about each", () => {
    const errors = declarations("src/errors.ts", "class").filter(({ name }) => name !== "KeyswitchError");

    expectPage("errors.md", [
      "# Errors",
      "",
      "<!-- Made from src/errors.ts: change it there, then run UPDATE_DOCS=1 npx vitest run test/docs -->",
      "",
      "Every error has a `code` that is stable within a major version; messages are for people. `error instanceof KeyswitchError`",
      "and `KeyswitchError.isInstance(error)` hold for all of them, also across copies of the package. No message holds a key, a",
      "prompt or a body. A request that no credential can serve is no error of ours: the upstream's own is thrown, unchanged.",
      ...errors.flatMap(({ name, code, paragraphs }) => [
        "",
        `## ${/readonly code = "(\w+)"/.exec(code)?.[1]}`,
        "",
        `\`${name}\``,
        ...paragraphs.flatMap((paragraph) => ["", paragraph.replace(/^What to do:/, "**What to do:**")]),
      ]),
    ]);
  });
});
