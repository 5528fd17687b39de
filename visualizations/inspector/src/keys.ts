import type { PageControl } from "./page.ts";
import { nextTheme } from "./theme.ts";

/** What keys do, for the page and for its help. */
export const keyWords: readonly (readonly [key: string, does: string])[] = [
  ["← →", "to the move before, to the next one"],
  ["space", "replay the story, or stop it"],
  ["L", "back to now"],
  ["/", "find a model"],
  ["Enter", "open what is focused"],
  ["Esc", "close what is open, then back to all models"],
  ["T", "light, dark, or as the system"],
  ["E", "export what is known"],
  ["?", "this help"],
];

/** Lets the page be used without a mouse. */
export function listenToKeys(control: PageControl): void {
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => control.step(-1),
    ArrowRight: () => control.step(1),
    " ": () => control.play(control.page.speed > 0 ? 0 : 10),
    l: () => control.travel(undefined),
    "/": () => document.querySelector<HTMLInputElement>("#search")?.focus(),
    Escape: () => goBack(control),
    t: () => {
      nextTheme();
      control.show({});
    },
    e: () => control.exportRecording(),
    "?": () => control.show({ dialog: { kind: "help" } }),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || control.page.dialog !== undefined) return;
    const { target } = event;
    if (event.key === "Escape" && target instanceof HTMLInputElement) return target.blur();
    if (takesKeys(target, event.key)) return;
    const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

/** Whether what is focused has its own use for a key. */
function takesKeys(target: EventTarget | null, key: string): boolean {
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLInputElement)
    return target.type !== "range" || !["/", "l", "t", "e", "?", " "].includes(key);
  return key === " " && target instanceof HTMLElement && target.closest("button, a, [tabindex]") !== null;
}

function goBack({ page, show, openModel }: PageControl): void {
  if (page.call !== undefined) show({ call: undefined });
  else if (page.model !== undefined) openModel(undefined);
}
