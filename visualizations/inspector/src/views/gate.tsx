import type { JSX } from "preact";
import type { ConnectionState } from "../live/connection.ts";
import type { PageControl } from "../page.ts";

interface GateProperties {
  readonly control: PageControl;
  readonly connection: Extract<ConnectionState, { kind: "locked" | "refused" }>;
}

/** What is shown to somebody who may not look yet. */
export function Gate({ control, connection }: GateProperties): JSX.Element {
  if (connection.kind === "refused") {
    return (
      <main class="gate">
        <h1>Not from here</h1>
        <p>{connection.why}.</p>
      </main>
    );
  }
  return (
    <main class="gate">
      <h1>The admin key, please</h1>
      <p>
        {connection.wasWrong ? "That was not it. " : ""}
        It is kept in this page's memory until you close it, and sent in a header.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const key = new FormData(event.currentTarget).get("key");
          if (typeof key === "string") control.giveKey(key);
        }}
      >
        <input id="key" name="key" type="password" autocomplete="off" required autofocus aria-label="Admin key" />
        <button class="strong">Open</button>
      </form>
    </main>
  );
}
