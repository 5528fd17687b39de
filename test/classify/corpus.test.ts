import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ErrorClass } from "../../machines/events.ts";
import { classifyFailure } from "../../src/classify/index.ts";
import { errorTableFor } from "../../src/providers/error-tables.ts";

interface Row {
  readonly id: string;
  readonly provider: string;
  readonly expected: ErrorClass;
  readonly also: readonly ErrorClass[];
  readonly retry_after_s: number | null;
}

const rows = readFileSync(new URL("../fixtures/corpus/errors.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

const now = Date.parse("2026-05-01T00:00:00Z");

const route = (errorClass: ErrorClass) =>
  ({
    permanent: "stop",
    input_too_large: "stop",
    content_safety: "stop",
    auth: "advance",
    quota_exceeded: "advance",
    unknown: "advance",
    transient: "retry",
  })[errorClass];

/** How many rows come out as labelled (strict), as one of their labels (lenient), on the way of one of them (route). */
function score(withTables: boolean) {
  const counts = { strict: 0, lenient: 0, route: 0 };
  for (const row of rows) {
    const table = withTables ? errorTableFor(row.provider) : undefined;
    const { class: errorClass } = classifyFailure(row, { table, now });
    const labels = [row.expected, ...row.also];
    if (errorClass === row.expected) counts.strict += 1;
    if (labels.includes(errorClass)) counts.lenient += 1;
    if (labels.map(route).includes(route(errorClass))) counts.route += 1;
  }
  return counts;
}

const percent = (count: number) => `${((100 * count) / rows.length).toFixed(1)} %`;

function print(title: string, { strict, lenient, route }: ReturnType<typeof score>): void {
  console.log(`${title}: strict ${percent(strict)}, lenient ${percent(lenient)}, route ${percent(route)}`);
}

describe("528 real errors of 85 providers", () => {
  it("are classed as an ordered failover needs them", () => {
    const counts = score(true);
    print("with every provider's table", counts);
    expect(counts.strict).toBeGreaterThanOrEqual(518);
    expect(counts.lenient).toBeGreaterThanOrEqual(527);
    expect(counts.route).toBe(528);
  });

  it("are classed nearly as well with each provider's own table left out", () => {
    const counts = score(false);
    print("leave one provider out", counts);
    expect(counts.strict).toBeGreaterThanOrEqual(503);
    expect(counts.lenient).toBeGreaterThanOrEqual(521);
    expect(counts.route).toBeGreaterThanOrEqual(524);
  });

  it.each(rows.filter((row) => row.retry_after_s !== null))("states the wait of $id: $retry_after_s s", (row) => {
    const { retryAfterMs = Number.NaN } = classifyFailure(row, { table: errorTableFor(row.provider), now });
    // a header and the body of one answer may differ by a second
    expect(Math.abs(retryAfterMs / 1000 - (row.retry_after_s ?? 0))).toBeLessThanOrEqual(1);
  });
});
