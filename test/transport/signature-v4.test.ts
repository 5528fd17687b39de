import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signatureHeaders } from "../../src/transport/signature-v4.ts";

/** The key pair of the published examples; it opens nothing. */
const accessKey = "AKLTMjI2ODVlYzI3ZGY1NGU4ZjhjYWRjMTlmNTM5OTZkYzE";
const secretKey = "TnpCak5XWXpZV1U0WkRaaE5ERmxaR0ZpTmpjeVkyUXlZek0wTWpJMU1qWQ==";
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const at = new Date("2020-12-30T08:18:05Z");

const listUsers = {
  method: "GET",
  url: new URL("https://iam.volcengineapi.com/?Action=ListUsers&Version=2018-01-01&Limit=10&Offset=0"),
  contentType: "application/x-www-form-urlencoded; charset=utf-8",
  body: "",
};

describe("the signature of a request", () => {
  it("is that of Volcengine's published example", () => {
    // https://www.volcengine.com/docs/6369/67270, read 2026-11-25
    const headers = signatureHeaders(listUsers, { accessKey, secretKey, region: "cn-north-1", service: "iam" }, at);

    expect(headers).toEqual({
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-content-sha256": emptyHash,
      "x-date": "20201230T081805Z",
      authorization:
        `HMAC-SHA256 Credential=${accessKey}/20201230/cn-north-1/iam/request, ` +
        "SignedHeaders=content-type;host;x-content-sha256;x-date, " +
        "Signature=28eeabbbd726b87002e0fe58ad8c1c768e619b06e2646f35b6ad7ed029a6d8a7",
    });
  });

  it("covers the body, the address, the query in any order, the region and the service", () => {
    const signer = { accessKey, secretKey, region: "cn-beijing", service: "vikingdb" };
    const request = { ...listUsers, method: "POST", body: '{"data":[{"text":"hello"}]}' };
    const signed = (change: object, by: object = {}): string =>
      signatureHeaders({ ...request, ...change }, { ...signer, ...by }, at)["authorization"]?.slice(-64) ?? "";
    const reordered = new URL("https://iam.volcengineapi.com/?Version=2018-01-01&Offset=0&Limit=10&Action=ListUsers");
    const elsewhere = new URL("https://iam.volcengineapi.com/other");

    const others = [
      signed({ body: "{}" }),
      signed({ url: elsewhere }),
      signed({ method: "GET" }),
      signed({}, { region: "cn-shanghai" }),
      signed({}, { service: "air" }),
      signed({}, { secretKey: "another" }),
    ];

    expect(signed({ url: reordered })).toBe(signed({}));
    expect(new Set([...others, signed({})]).size).toBe(others.length + 1);
  });

  it("tells the hash of the very bytes that are sent", () => {
    const body = Buffer.from('{"text":"天很蓝"}');
    const signer = { accessKey, secretKey, region: "cn-beijing", service: "vikingdb" };

    const headers = signatureHeaders({ ...listUsers, body }, signer, at);

    expect(headers["x-content-sha256"]).toBe(createHash("sha256").update(body).digest("hex"));
  });
});
