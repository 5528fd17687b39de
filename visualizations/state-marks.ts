/** What is known of a state at a moment: how it is shown, and in words. */
export interface StateMark {
  readonly look: "home" | "probed" | "cooling" | "disabled";
  readonly says: string;
}

/** The part of a model's snapshot that a drawing shows. */
export interface DrawnSnapshot {
  readonly credentials: readonly string[];
  /** `null`: exhausted. */
  readonly active: string | null;
  readonly probing: string | null;
  readonly disabled: readonly string[];
  /** Milliseconds that each cooldown still takes, by credential. */
  readonly cooldowns: Readonly<Record<string, number>>;
}

/**
 * What a snapshot says of the states of a model's graph, by node id.
 *
 * @param credentials - Of the graph, in priority order; what the snapshot says of others is left out.
 */
export function marksOf(snapshot: DrawnSnapshot, credentials: readonly string[]): ReadonlyMap<string, StateMark> {
  const marks = new Map<string, StateMark>();
  for (const [slot, id] of credentials.entries()) {
    const mark = servingMark(snapshot, id);
    if (mark !== undefined) marks.set(`s${slot}.serving`, mark);
    if (snapshot.probing === id) marks.set(`s${slot}.probing`, { look: "probed", says: "the next call proves it" });
  }
  if (snapshot.active === null) marks.set("exhausted", { look: "home", says: "calls try every credential" });
  return marks;
}

function servingMark({ active, disabled, cooldowns }: DrawnSnapshot, id: string): StateMark | undefined {
  if (disabled.includes(id)) return { look: "disabled", says: "disabled" };
  if (active === id) return { look: "home", says: "serves" };
  const cooldownMs = Object.hasOwn(cooldowns, id) ? cooldowns[id] : undefined;
  return cooldownMs === undefined ? undefined : { look: "cooling", says: `cooling, ${timeText(cooldownMs)} left` };
}

/** `1 h 5 min`, `4 min 10 s`, `3 s`: the two largest units. */
function timeText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const units = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const words = units.flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : []));
  return words.length === 0 ? "0 s" : words.slice(0, 2).join(" ");
}
