import type { JSX } from "preact";
import type { PageControl } from "../page.ts";
import type { Page } from "../page-state.ts";
import { nextTheme, theme } from "../theme.ts";
import { clockText, durationText } from "../words.ts";

const themeSigns = { auto: "◐", light: "☀", dark: "☾" } as const;

/** Where one is, how the page stands with its inspector, and what applies to all of it. */
export function Header({ control }: { readonly control: PageControl }): JSX.Element {
  const { page, openModel, show } = control;
  return (
    <header class="header">
      <button class="brand" onClick={() => openModel(undefined)} title="All models">
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <path class="way dim" d="M6 23h9c5 0 5-14 11-14" />
          <path class="way" d="M6 9h9c5 0 5 14 11 14" />
          <circle class="dot bad" cx="6" cy="9" r="3.6" />
          <circle class="dot warn" cx="6" cy="23" r="3.6" />
          <circle class="dot good" cx="26" cy="23" r="3.6" />
        </svg>
        keyswitch
      </button>
      {page.model !== undefined && (
        <span class="crumb">
          <span aria-hidden="true">/</span> {page.model}
        </span>
      )}
      <ConnectionMark page={page} />
      {page.moment !== undefined && (
        <button class="pill past" onClick={() => control.travel(undefined)} id="moment">
          {page.recording === undefined
            ? `as of ${clockText(page.moment)} — back to now`
            : `as of ${clockText(page.moment)}`}
        </button>
      )}
      {page.dropped > 0 && (
        <span
          class="pill warn"
          title="There was more than could be sent or shown: counts and states are right all the same"
        >
          {page.dropped} events not shown
        </span>
      )}
      {page.fault !== undefined && (
        <button class="pill bad" id="fault" onClick={() => show({ fault: undefined })}>
          <span role="alert">{page.fault}</span> ✕
        </button>
      )}
      <span class="room" />
      {page.recording !== undefined && (
        <button class="pill past" onClick={control.closeRecording} id="close-recording">
          recording {page.recording} ✕
        </button>
      )}
      <button class="quiet" id="export" onClick={control.exportRecording} title="Save what is known as JSON lines (E)">
        Export
      </button>
      <label class="quiet as-button" title="Show what was exported">
        Import
        <input
          id="import"
          type="file"
          accept=".jsonl,.ndjson"
          class="unseen"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            currentTarget.value = "";
            if (file !== undefined) void control.importRecording(file);
          }}
        />
      </label>
      <button
        class="quiet sign"
        title={`Theme: ${theme()} (T)`}
        aria-label={`Theme: ${theme()}`}
        onClick={() => {
          nextTheme();
          show({});
        }}
      >
        {themeSigns[theme()]}
      </button>
      <button class="quiet sign" title="Keys (?)" aria-label="Keys" onClick={() => show({ dialog: { kind: "help" } })}>
        ?
      </button>
    </header>
  );
}

function ConnectionMark({ page: { connection } }: { readonly page: Page }): JSX.Element {
  if (connection.kind === "live") {
    return (
      <span class="pill good" id="connection">
        <i class="beat" /> live{connection.readOnly ? ", shows only" : ""}
      </span>
    );
  }
  if (connection.kind === "lost") {
    const forMs = Date.now() - connection.since;
    return (
      <span class="pill bad" id="connection" role="status">
        disconnected {forMs < 1_000 ? "" : `for ${durationText(forMs)} `}({connection.why}) — trying again
      </span>
    );
  }
  return (
    <span class="pill" id="connection" role="status">
      connecting…
    </span>
  );
}
