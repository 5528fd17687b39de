import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A real browser, with a profile of its own. */
export interface Browser extends AsyncDisposable {
  readonly context: BrowserContext;
  /** Opens a page that is watched: {@link WatchedPage.faults} says what must not happen on any. */
  open(url: string): Promise<WatchedPage>;
}

export interface WatchedPage {
  readonly page: Page;
  /** What was thrown, what its policy kept from happening, dialogs, and requests to elsewhere. */
  readonly faults: readonly string[];
}

/** Starts Chromium. It is an error if there is none: a test that did not run has not passed. */
export async function startBrowser(colorScheme: "light" | "dark" = "light"): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(`There is no Chromium at ${executablePath}: install it, or name another with CHROMIUM`);
  }
  const profile = await mkdtemp(join(tmpdir(), "keyswitch-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: flags,
    colorScheme,
    viewport: { width: 1_280, height: 720 },
    acceptDownloads: true,
  });
  return {
    context,
    open: async (url) => {
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      const faults: string[] = [];
      const { origin } = new URL(url);
      page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
      page.on("console", (message) => {
        if (/content security policy|trusted/i.test(message.text())) faults.push(message.text());
      });
      page.on("dialog", (dialog) => {
        faults.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => {
        const target = new URL(request.url());
        if (target.origin !== origin && target.protocol !== "blob:") faults.push(`request to ${request.url()}`);
      });
      await page.goto(url);
      return { page, faults };
    },
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
