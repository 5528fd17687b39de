import type { Provider } from "../provider.ts";

/** Known for its errors; its wire is not spoken here, so that it serves functions (`api: any`) only. */
export const voyage: Provider = {
  name: "voyage",
  title: "Voyage AI",
  aliases: ["voyageai"],
  endpoints: {},
};
