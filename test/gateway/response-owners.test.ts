import { expect, it } from "vitest";
import { createResponseOwners } from "../../src/gateway/response-owners.ts";

it("remembers who made a response, and no id that is long enough to fill the memory", () => {
  const owners = createResponseOwners();
  const endless = "x".repeat(8 * 1024 * 1024);

  owners.learn("chat", "primary", "resp_1");
  owners.learn("chat", "primary", endless);

  expect(owners.ownerOf("chat", "resp_1")).toBe("primary");
  expect(owners.ownerOf("chat", endless)).toBeUndefined();
});
