/**
 * What the inspector costs: the gateway a request, with nobody who looks, one and ten; and a page that shows 200 models of 8
 * credentials while 2 000 things happen a second.
 *
 *     npm run bench:inspector
 *     npm run bench:inspector -- --rounds 15 --seconds 2
 *
 * It needs Linux, two cores, gcc, taskset and Chromium.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureGateway, medianOf } from "./gateway-cost.ts";
import { measurePage } from "./page-cost.ts";

const { values: chosen } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "2" },
    "page-seconds": { type: "string", default: "20" },
  },
});

const pages = await measurePage(Number(chosen["page-seconds"]));
console.log("| the page shows | entries/s | lag p50, p99 (ms) | frame p50, p99, most (ms) | frames/s | not shown |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const { name, entriesPerSecond, lagMs, frameMs, framesPerSecond, dropped } of pages) {
  const lag = `${rounded(lagMs.p50)}, ${rounded(lagMs.p99)}`;
  const frame = [frameMs.p50, frameMs.p99, frameMs.most].map(rounded).join(", ");
  console.log(
    `| ${name} | ${Math.round(entriesPerSecond)} | ${lag} | ${frame} | ${rounded(framesPerSecond)} | ${dropped} |`,
  );
}

const costs = await measureGateway(
  join(tmpdir(), "keyswitch-bench-inspector"),
  Number(chosen.rounds),
  Number(chosen.seconds),
);
const [off] = costs;
console.log("\n| gateway | CPU a request, median (µs) | to the one that is off, round by round | requests/s |");
console.log("| --- | --- | --- | --- |");
for (const { name, cpuUs, requestsPerSecond } of costs) {
  const ratios = cpuUs.map((each, round) => each / (off?.cpuUs[round] ?? Number.NaN));
  const change = `${rounded(100 * (medianOf(ratios) - 1))} %`;
  console.log(`| ${name} | ${rounded(medianOf(cpuUs))} | ${change} | ${Math.round(requestsPerSecond)} |`);
}
process.exit(0);

function rounded(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}
