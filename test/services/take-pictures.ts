/**
 * Takes the pictures of docs/inspector.md from a real run of the demo: `npm run pictures:inspector`. It needs Chromium.
 */
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { start } from "../cli/command-line.ts";
import { startBrowser } from "./browser.ts";

const folder = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));

/** Enough has happened by then for the lanes to be full. */
const runMs = 70_000;

const demo = start(["demo", "--json"]);
try {
  if (demo.stdout === null) throw new Error("The demo prints nothing");
  const [line] = (await once(createInterface(demo.stdout), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  await mkdir(folder, { recursive: true });
  await pause(runMs);
  await takePicture("light", url, ".card", "inspector-models-light.png");
  await takePicture("dark", `${url}&model=claude`, ".drawing .home", "inspector-model-dark.png");
} finally {
  demo.kill();
}

async function takePicture(scheme: "light" | "dark", url: string, sign: string, file: string): Promise<void> {
  await using browser = await startBrowser(scheme);
  const { page } = await browser.open(url);
  await page.waitForSelector(sign);
  // Rates are known by then.
  await pause(3_000);
  await page.screenshot({ path: `${folder}${file}` });
}
