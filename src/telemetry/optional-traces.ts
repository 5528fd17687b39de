import type { TracedModel } from "./traces.ts";

/**
 * {@link observeTraces} where the application has `@opentelemetry/api`, which is an optional peer dependency.
 *
 * @returns What stops it; `undefined` where the API is not installed: nothing listens then.
 */
export async function observeTracesIfInstalled(models: Iterable<TracedModel>): Promise<(() => void) | undefined> {
  try {
    const { observeTraces } = await import("./traces.ts");
    return observeTraces(models);
  } catch (error) {
    if (isApiMissing(error)) return undefined;
    throw error;
  }
}

function isApiMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes("@opentelemetry/api");
}
