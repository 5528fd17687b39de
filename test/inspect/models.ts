import { createModel, type Model } from "../../src/index.ts";
import type { ModelConfigInput } from "../../src/config/index.ts";

/** Planted in every credential, and looked for in whatever comes out. */
export const plantedKey = "sk-planted-0123456789";

/** A failure as clients of OpenAI throw it. */
export const failure = (status: number): Error =>
  Object.assign(new Error(`no luck with ${plantedKey}`), { status, headers: {} });

/** A model of functions, with credentials of these ids. */
export function modelOf(
  ids: readonly string[],
  { id = "chat", ...config }: Partial<ModelConfigInput> & { readonly id?: string } = {},
): Model {
  const credentials = ids.map((each) => ({
    id: each,
    provider: "openai" as const,
    api_key: `${plantedKey}-${each}`,
    api_base: `https://${plantedKey}.invalid/v1`,
  }));
  return createModel({ model: "m", credentials, retry: { max_retries: 0 }, ...config }, id);
}

/** Makes a call in which these credentials fail with these statuses. */
export async function call(model: Model, failing: Readonly<Record<string, number>> = {}): Promise<string> {
  return model.call(({ credential }) => {
    const status = failing[credential.id];
    if (status !== undefined) throw failure(status);
    return credential.id;
  });
}
