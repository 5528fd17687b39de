import { type FailbackPolicy, type SlotsEvent, slotsInput } from "../../../machines/index.ts";
import { type KeyswitchConfig, parseConfig } from "../../config/index.ts";
import { type MachineState, machineStateOf, slotsContextOf } from "../../engine/machine-state.ts";
import type { ToldToMachine } from "../../engine/model-events.ts";
import { createSlotsKeeper } from "../../engine/slots-keeper.ts";
import { UsageError } from "../../errors.ts";
import { createVirtualClock } from "../virtual-clock.ts";
import { createLogReader, type RecordedChange } from "./read-log.ts";

/** What a log came to when the machines went through it again. */
export interface ReplayReport {
  /** The changes that came out as they were recorded, in order. */
  readonly replayed: readonly ReplayedChange[];
  /** The first change that did not; `undefined`: all did. */
  readonly divergence: Divergence | undefined;
  /** Where changes are missing from the log, or a machine began: the next one is taken up as it was recorded. */
  readonly takenUp: number;
}

/** A change as it was recorded, and as the machine makes it. */
export interface ReplayedChange {
  readonly line: number;
  readonly model: string;
  readonly told: ToldToMachine | null;
  readonly before: MachineState;
  readonly after: MachineState;
}

/** A change that the machine does not make as it was recorded. */
export interface Divergence extends ReplayedChange {
  /** `between`: already before it the model stood otherwise than the change before had left it. */
  readonly where: "change" | "between";
  readonly differences: readonly Difference[];
}

/** One thing that is otherwise: `home`, `epoch`, `slots.primary.cooldownUntil`. */
export interface Difference {
  readonly what: string;
  readonly recorded: unknown;
  readonly machine: unknown;
}

/** A model as the log is checked against it. */
interface Checked {
  readonly ids: readonly string[];
  readonly policy: FailbackPolicy;
}

/**
 * Takes the machines of a configuration through what a log recorded, and compares each change.
 *
 * @param log - The text of a log: the gateway's lines, what `GET /admin/events` sent, or an inspector's export.
 * @param config - The configuration of that time; another one shows what it would have done otherwise.
 * @throws UsageError for a line that is none of such a log, or a model or credential that the configuration does not
 * have; ConfigError.
 */
export function replay(log: string, config: KeyswitchConfig): ReplayReport {
  const reader = createLogReader();
  for (const [index, text] of log.split(/\r?\n/).entries()) reader.read(text, index + 1);
  return replayChanges(reader.changes, config);
}

/** As {@link replay}, of changes that have been read. */
export function replayChanges(changes: readonly RecordedChange[], config: KeyswitchConfig): ReplayReport {
  if (changes.length === 0) {
    throw new UsageError({
      path: "log",
      found: "no change of a model's machine",
      wanted: "the log of a gateway whose log.level is info or lower, its /admin/events, or an inspector's export",
    });
  }
  const models = checkedModels(config);
  const latest = new Map<string, RecordedChange>();
  const replayed: ReplayedChange[] = [];
  let takenUp = 0;
  for (const change of changes) {
    const model = modelOf(change, models);
    const previous = latest.get(change.model);
    latest.set(change.model, change);
    const { line, model: id, told, before, after } = change;
    const shown = { line, model: id, told, before, after };
    if (previous?.change !== change.change - 1) takenUp += 1;
    else if (told?.type !== "RESTORE") {
      const between = differencesOf(before, { ...previous.after, at: before.at, served: before.served });
      if (between.length > 0)
        return { replayed, divergence: { ...shown, where: "between", differences: between }, takenUp };
    }
    const differences = told?.type === "RESTORE" ? [] : differencesOf(after, afterOf(change, model));
    if (differences.length > 0) return { replayed, divergence: { ...shown, where: "change", differences }, takenUp };
    replayed.push(shown);
  }
  return { replayed, divergence: undefined, takenUp };
}

function checkedModels(config: KeyswitchConfig): ReadonlyMap<string, Checked> {
  const { models } = parseConfig(config);
  return new Map(
    Object.entries(models).map(([id, model]) => [
      id,
      { ids: model.credentials.map((credential) => credential.id), policy: slotsInput(model).policy },
    ]),
  );
}

function modelOf(
  { line, model: id, told, before, after }: RecordedChange,
  models: ReadonlyMap<string, Checked>,
): Checked {
  const model = models.get(id);
  const wanted = "a model of the configuration, which should be that of the log's time";
  if (model === undefined) throw new UsageError({ path: `line ${line}: model`, found: JSON.stringify(id), wanted });
  const named = [told?.credential, ...[before, after].flatMap(credentialsIn)];
  const unknown = named.find((each) => each !== undefined && !model.ids.includes(each));
  if (unknown === undefined) return model;
  throw new UsageError({
    path: `line ${line}: credential`,
    found: JSON.stringify(unknown),
    wanted: `one of ${id}'s: ${model.ids.join(", ")}; the configuration should be that of the log's time`,
  });
}

const credentialsIn = ({ home, probe, slots }: MachineState): readonly (string | undefined)[] => [
  home ?? undefined,
  probe?.credential,
  ...Object.keys(slots),
];

/** What the machine makes of a change: from how the model stood, by what it was told, at that time. */
function afterOf({ before, after, told }: RecordedChange, { ids, policy }: Checked): MachineState {
  const clock = createVirtualClock();
  clock.goTo(before.at);
  const keeper = createSlotsKeeper({ policy, disabled: ids.map(() => false), at: before.at }, clock, () => {});
  keeper.send({ type: "RESTORE", state: slotsContextOf(before, ids, policy) });
  while (clock.goTo(after.at));
  if (told !== null) keeper.send(eventOf(told, ids));
  keeper.stop();
  return machineStateOf(keeper.read(), ids);
}

function eventOf({ credential, ...told }: ToldToMachine, ids: readonly string[]): SlotsEvent {
  return { ...told, ...(credential !== undefined && { slot: ids.indexOf(credential) }) } as SlotsEvent;
}

function differencesOf(recorded: MachineState, machine: MachineState): Difference[] {
  const [one, other] = [flat(recorded), flat(machine)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .map((what) => ({ what, recorded: one.get(what), machine: other.get(what) }))
    .filter((each) => each.recorded !== each.machine);
}

/** The leaves of a state by their path. */
function flat(value: object, path = ""): Map<string, unknown> {
  const leaves = Object.entries(value).flatMap(([key, each]: [string, unknown]): (readonly [string, unknown])[] => {
    const here = path === "" ? key : `${path}.${key}`;
    return typeof each === "object" && each !== null ? [...flat(each, here)] : [[here, each]];
  });
  return new Map(leaves);
}
