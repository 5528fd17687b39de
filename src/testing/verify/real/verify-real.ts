import { isDeepStrictEqual } from "node:util";
import type { SlotsContext, SlotsInput } from "../../../../machines/index.ts";
import { parseModelConfig } from "../../../config/index.ts";
import { exploredModel } from "../../explore/explore.ts";
import { type CoverPair, pairCover } from "../../explore/pair-cover.ts";
import type { ExploredModel } from "../../explore/product/index.ts";
import { type PureModel, pureModel, type Situation, type Step } from "../../explore/situation.ts";
import { createFakeProvider, type FakeProvider } from "../../fake-provider/index.ts";
import { RealPath } from "./real-path.ts";

/** A step at which the engine came to something else than the machine by itself. */
export interface RealDifference {
  /** The state of the cover, and what was to happen there. */
  readonly state: string;
  readonly event: string;
  /** The step, from the start, from 1. */
  readonly step: number;
  readonly expected: unknown;
  readonly found: unknown;
}

/** What the real engine was put through. */
export interface RealVerification {
  readonly model: string;
  readonly credentials: number;
  readonly holds: boolean;
  /** Pairs of the cover. */
  readonly pairs: number;
  /** Of them those that calls and an operator can bring about. */
  readonly driven: number;
  /** Steps that were compared. */
  readonly steps: number;
  /** Requests that went over a socket. */
  readonly exchanges: number;
  readonly difference?: RealDifference;
}

/** How much of a cover is driven. */
export interface RealOptions {
  /** Credentials at most: a model's first ones. @default 4 */
  readonly credentials?: number;
  /** Every so many-th pair of the cover. @default 1, all */
  readonly every?: number;
}

const usualCredentials = 4;

/** Calls up to a counted failback: each of them is one on the wire. */
const mostRequests = 3;

/**
 * Puts a model's configuration through the real engine.
 *
 * @param config - A model's configuration, as `createModel` takes it; credentials may be plain ids. Its keys and addresses
 * are not used: every request goes to a scripted upstream on loopback.
 * @throws ConfigError that says where the configuration is wrong.
 * @see {@link verifyRealModel}
 */
export function verifyReal(config: unknown, options: RealOptions = {}): Promise<RealVerification> {
  return verifyRealModel(exploredModel("model", parseModelConfig(config, { plainCredentials: true })), options);
}

/**
 * Drives the real engine over real sockets against a scripted upstream along the pair cover, on a clock of its own, and
 * compares after every step what it knows with what the machine by itself would.
 *
 * What no call and no operator can bring about is left out: a restart, a success above home of a call that was not led
 * there, an outcome of a later turn.
 *
 * @param machineOf - The machine that the engine is compared with; another than the real one, to see that it is noticed.
 */
export async function verifyRealModel(
  model: ExploredModel,
  options: RealOptions = {},
  machineOf: (input: SlotsInput) => PureModel = pureModel,
): Promise<RealVerification> {
  const { credentials = usualCredentials, every = 1 } = options;
  const small = drivenModel(model, credentials);
  const machine = machineOf(small.input);
  const { pairs } = pairCover(small.input);
  await using upstream = await createFakeProvider();
  const tally = { driven: 0, steps: 0, exchanges: 0 };
  let difference: RealDifference | undefined;
  for (let index = 0; index < pairs.length && difference === undefined; index += every) {
    const pair = pairs[index];
    if (pair !== undefined) difference = await drive(small, machine, pair, upstream, tally);
  }
  return {
    model: model.id,
    credentials: small.credentials.length,
    holds: difference === undefined,
    pairs: pairs.length,
    ...tally,
    ...(difference !== undefined && { difference }),
  };
}

function drivenModel(model: ExploredModel, most: number): ExploredModel {
  const { policy, disabled } = model.input;
  return {
    ...model,
    credentials: model.credentials.slice(0, most),
    input: {
      policy: { ...policy, requests: Math.min(policy.requests, mostRequests) },
      disabled: disabled.slice(0, most),
      at: 0,
    },
    // Turned away, a call tells of nothing.
    onExhausted: "try",
  };
}

async function drive(
  model: ExploredModel,
  { start, take }: PureModel,
  { from, happening, steps }: CoverPair,
  upstream: FakeProvider,
  tally: { driven: number; steps: number; exchanges: number },
): Promise<RealDifference | undefined> {
  const path: readonly Step[] = [...from.prefix, ...steps];
  const real = new RealPath(model, upstream);
  if (path.some((step) => "epoch" in step)) await real.beginEarly();
  try {
    let situation: Situation = start;
    for (const [index, step] of path.entries()) {
      if (!(await real.take(step))) return undefined;
      situation = take(situation, step);
      tally.steps += 1;
      const [expected, found] = [comparable(situation.context), comparable(real.knows())];
      if (!isDeepStrictEqual(expected, found)) {
        return { state: from.id, event: happening.name, step: index + 1, expected, found };
      }
    }
    tally.driven += 1;
    return undefined;
  } finally {
    await real.close();
    tally.exchanges += upstream.requests.length;
    upstream.reset();
  }
}

/** All that is known, but for the ids of calls, and when it was last looked at. */
function comparable({ probe, ...slots }: SlotsContext): unknown {
  return {
    ...slots,
    at: 0,
    wakeAt: 0,
    probe: probe && { ...probe, lease: probe.lease && { until: probe.lease.until } },
  };
}
