import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createKeyswitch, type Keyswitch, type KeyswitchConfig } from "../../../src/index.ts";
import { redisState } from "../../../src/redis/index.ts";
import { modelOf } from "../../state/state-files.ts";
import { freePort, startRedis } from "./redis-server.ts";

function replicaOf(state: KeyswitchConfig["state"]): Keyswitch {
  const keyswitch = createKeyswitch({ models: { chat: modelOf("a", "b") }, state });
  onTestFinished(() => keyswitch.close());
  return keyswitch;
}

async function untilConnected(keyswitch: Keyswitch): Promise<boolean> {
  for (let look = 0; look < 200; look += 1) {
    if (keyswitch.model("chat").snapshot().fleet?.agrees === true) return true;
    await wait(25);
  }
  return false;
}

/** Has a replica find out that its first key is dead. */
function learn(keyswitch: Keyswitch): Promise<string> {
  return keyswitch.model("chat").call(({ credential: { id } }) => {
    if (id === "a") throw Object.assign(new Error("Unauthorized"), { status: 401 });
    return id;
  });
}

async function untilMoved(keyswitch: Keyswitch): Promise<string | undefined> {
  for (let look = 0; look < 100 && keyswitch.model("chat").active() !== "b"; look += 1) await wait(20);
  return keyswitch.model("chat").active();
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "keyswitch-connection-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A certificate for this machine, and what a Redis is told to use it and to ask its clients for none. */
function certificateFor(place: string): { readonly ca: string; readonly options: readonly string[] } {
  const [key, ca] = [join(place, "key.pem"), join(place, "certificate.pem")];
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
  const made = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=keyswitch", "-addext", names];
  execFileSync("openssl", ["req", ...made, "-keyout", key, "-out", ca], { stdio: "pipe" });
  return { ca, options: ["--tls-cert-file", ca, "--tls-key-file", key, "--tls-auth-clients", "no"] };
}

function startSentinel(lines: readonly string[]): void {
  const config = join(directory(), "sentinel.conf");
  writeFileSync(config, `${["bind 127.0.0.1", ...lines].join("\n")}\n`);
  const sentinel = spawn("redis-server", [config, "--sentinel"], { stdio: "ignore" });
  onTestFinished(() => void sentinel.kill("SIGKILL"));
}

/** The process's warnings from now on, as texts. */
function followWarnings(): readonly string[] {
  const warnings: string[] = [];
  const hear = ({ message }: Error): unknown => warnings.push(message);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  return warnings;
}

describe("replicas", { timeout: 60_000 }, () => {
  it("come in as an ACL user that may do what docs/fleet.md says, with the password of a file", async () => {
    await using redis = await startRedis();
    const rules = "~{keyswitch}:v1:* &{keyswitch}:v1:* +@read +@write +@scripting +@pubsub +@connection +time +info";
    await redis.client.call("ACL", "SETUSER", "keyswitch", "on", ">planted-secret", ...rules.split(" "));
    const file = join(directory(), "password");
    writeFileSync(file, "planted-secret\n");
    const state = redisState({ url: redis.url, username: "keyswitch", password: { file } });
    const [one, other] = [replicaOf(state), replicaOf(state)];

    expect(await untilConnected(one)).toBe(true);
    await untilConnected(other);
    await learn(one);

    expect(await untilMoved(other)).toBe("b");
  });

  it("say why they are alone where the password is wrong, and do not show it", async () => {
    await using redis = await startRedis();
    await redis.client.config("SET", "requirepass", "right-secret");
    const warning = once(process, "warning") as Promise<[Error]>;
    const { port } = redis;
    const keyswitch = replicaOf(redisState({ url: `redis://:planted-secret@127.0.0.1:${port}` }));

    const [{ message }] = await warning;

    expect(message).toMatch(/^The state in Redis at redis:\/\/127\.0\.0\.1:\d+ is away \(.*(?:WRONGPASS|NOAUTH)/);
    expect(message).not.toContain("planted");
    expect(await learn(keyswitch)).toBe("b");
  });

  it.each(["localhost", "127.0.0.1"])("talk TLS to %s with the authority that state.ca names", async (host) => {
    const { ca, options } = certificateFor(directory());
    const port = await freePort();
    await using redis = await startRedis("--tls-port", String(port), ...options);
    const warnings = followWarnings();
    const state = redisState({ url: `rediss://${host}:${port}`, ca });
    const [one, other] = [replicaOf(state), replicaOf(state)];

    expect(await untilConnected(one)).toBe(true);
    await untilConnected(other);
    await learn(one);

    expect(await untilMoved(other)).toBe("b");
    expect(String(await redis.client.client("LIST"))).toContain(`laddr=127.0.0.1:${port}`);
    expect(warnings).toEqual([]);
  });

  it("do not trust a certificate that nobody they know has signed, and say so", async () => {
    const { options } = certificateFor(directory());
    const port = await freePort();
    await using _redis = await startRedis("--tls-port", String(port), ...options);
    const warnings = followWarnings();
    const replica = replicaOf(redisState({ url: `rediss://localhost:${port}` }));

    expect(await learn(replica)).toBe("b");
    for (let look = 0; look < 200 && warnings.length === 0; look += 1) await wait(25);

    expect(warnings.join("\n")).toContain("self-signed certificate");
  });

  it("find the primary by its sentinels", async () => {
    await using redis = await startRedis();
    const port = await freePort();
    startSentinel([`port ${port}`, `sentinel monitor mymaster 127.0.0.1 ${redis.port} 1`]);
    const state = redisState({ url: "redis://mymaster", sentinel: { nodes: [`127.0.0.1:${port}`] } });
    const [one, other] = [replicaOf(state), replicaOf(state)];

    expect(await untilConnected(one)).toBe(true);
    await untilConnected(other);
    await learn(one);

    expect(await untilMoved(other)).toBe("b");
  });

  it("talk TLS to sentinels too, where the primary is asked for over TLS", async () => {
    const { ca, options } = certificateFor(directory());
    const [port, redisPort] = [await freePort(), await freePort()];
    await using _redis = await startRedis("--tls-port", String(redisPort), ...options);
    const encrypted = options
      .join(" ")
      .split(" --")
      .map((option) => option.replace(/^--/, ""));
    const monitored = `sentinel monitor mymaster 127.0.0.1 ${redisPort} 1`;
    const trusted = `tls-ca-cert-file ${ca}`;
    startSentinel(["port 0", `tls-port ${port}`, ...encrypted, trusted, "tls-replication yes", monitored]);
    const state = redisState({ url: "rediss://mymaster", ca, sentinel: { nodes: [`localhost:${port}`] } });

    expect(await untilConnected(replicaOf(state))).toBe(true);
  });

  it("keep to their own namespace", async () => {
    await using redis = await startRedis();
    const one = replicaOf(redisState({ url: redis.url, namespace: "one" }));
    const other = replicaOf(redisState({ url: redis.url, namespace: "other" }));
    await Promise.all([untilConnected(one), untilConnected(other)]);

    await learn(one);
    await wait(1200);

    expect(other.model("chat").active()).toBe("a");
    const keys = await redis.client.keys("*");
    expect(keys.filter((key) => !/^\{(?:one|other)\}:v1:/.test(key))).toEqual([]);
    expect(await Promise.all(keys.map((key) => redis.client.ttl(key)))).not.toContain(-1);
  });
});
