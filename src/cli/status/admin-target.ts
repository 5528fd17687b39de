import { once } from "node:events";
import { describe } from "../../config/describe.ts";
import { UsageError } from "../../errors.ts";
import { readKeyFile } from "../../keys/read-key-file.ts";
import { Secret } from "../../secret.ts";
import type { CommandOption, Invocation } from "../command.ts";
import type { AdminTarget } from "./admin-client.ts";

/** Options that say which gateway is meant, and what opens its operator's side. */
export const targetOptions: Readonly<Record<string, CommandOption>> = {
  url: { value: "URL", says: "where the gateway listens (default: http://127.0.0.1:8787)" },
  "admin-key-file": { value: "FILE", says: "a file that holds the admin key" },
};

/**
 * The gateway that an invocation means.
 *
 * @throws UsageError for what is no address of a gateway, or no file with a key.
 */
export function targetOf({ value }: Pick<Invocation, "value">): AdminTarget {
  const given = value("url") ?? "http://127.0.0.1:8787";
  const url = URL.parse(/^\w+:\/\//.test(given) ? given : `http://${given}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError({ path: "--url", found: describe(given), wanted: "an http or https URL" });
  }
  return { url, adminKey: adminKeyOf(value("admin-key-file")) };
}

function adminKeyOf(file: string | undefined): Secret | undefined {
  if (file !== undefined) {
    const key = readKeyFile(file);
    if (Secret.is(key)) return key;
    throw new UsageError({
      path: "--admin-key-file",
      found: `a file that ${key.fault}`,
      wanted: "one that holds a key",
    });
  }
  const inEnvironment = process.env["KEYSWITCH_ADMIN_KEY"] ?? "";
  return inEnvironment === "" ? undefined : Secret.of(inEnvironment);
}

/** Aborts when the process is told to end. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    void once(process, signal).then(() => controller.abort());
  }
  return controller.signal;
}
