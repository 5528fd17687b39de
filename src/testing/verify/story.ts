import { isExhausted } from "../../../machines/index.ts";
import {
  type Act,
  type ExploredModel,
  firstWorld,
  type Happened,
  type Occurrence,
  perform,
  type Subject,
} from "../explore/product/index.ts";

/** Tells acts, and what came of each, as an incident report would: a line each. */
export function storyOf(subject: Subject, model: ExploredModel, acts: readonly Act[]): readonly string[] {
  let world = firstWorld(subject);
  return acts.map((act) => {
    const scene = perform(subject, model, world, act);
    world = scene.world;
    const consequences = scene.occurrences.map((each) => consequence(each, act, model)).filter((each) => each !== "");
    return [actWords(act, model, world.begun), ...consequences].join("; ");
  });
}

const named = ({ credentials }: ExploredModel, slot: number): string => credentials[slot] ?? `slot ${slot}`;

function actWords(act: Act, model: ExploredModel, begun: number): string {
  switch (act.do) {
    case "begin":
      return `call-${begun} begins${act.pastHome ? ", and needs what the serving credential lacks" : ""}`;
    case "answer":
      return `${act.flight} is answered: ${answerWords(act.outcome, act.retryAfterMs)}`;
    case "cancel":
      return `the caller of ${act.flight} gives up`;
    case "cutOff":
      return `${act.flight} had no answer when its time was over`;
    case "wait":
      return `it is ${act.until / 1_000} s since the start`;
    case "operate":
      return "slot" in act.event
        ? `an operator says ${act.event.type} ${named(model, act.event.slot)}`
        : `an operator says ${act.event.type}`;
    case "restart":
      return "the process restarts, from what was saved";
  }
}

const answerWords = (outcome: string, retryAfterMs: number | undefined): string =>
  retryAfterMs === undefined ? outcome : `${outcome}, come back in ${retryAfterMs / 1_000} s`;

function consequence(occurrence: Occurrence, act: Act, model: ExploredModel): string {
  switch (occurrence.kind) {
    case "turn": {
      const { turn, flight } = occurrence;
      const where = `${named(model, turn.slot)}${turn.probes ? ", to prove it" : ""}`;
      return act.do === "begin" ? `its turn is on ${where}` : `${flight.id} goes on to ${where}`;
    }
    case "ended":
      return occurrence.turnedAway ? "it is turned away" : `${occurrence.flight.id} ends: ${occurrence.result}`;
    case "happened":
      return moveWords(occurrence, model);
  }
}

function moveWords({ before, after }: Happened, model: ExploredModel): string {
  const words: string[] = [];
  if (after.home !== before.home || after.epoch !== before.epoch) {
    const home = isExhausted(after) ? "no credential" : named(model, after.home);
    words.push(`${home} serves now (epoch ${after.epoch})`);
  }
  if (after.probe !== null && after.probe.slot !== before.probe?.slot) {
    words.push(`${named(model, after.probe.slot)} is to be proved`);
  }
  if (after.probe === null && before.probe !== null && after.home !== before.probe.slot) {
    words.push(`${named(model, before.probe.slot)} is not proved`);
  }
  return words.join("; ");
}
