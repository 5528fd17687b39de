import type { Provider } from "../provider.ts";

/** Its requests are signed with an access key and a secret key, which no dialect here does: it serves functions (`api: any`) only. */
export const vikingdb: Provider = {
  name: "vikingdb",
  title: "Volcengine VikingDB",
  aliases: [],
  endpoints: {},
};
