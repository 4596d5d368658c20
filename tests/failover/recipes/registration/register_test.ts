// Registrations on a real server that comes to no harm.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CodecError,
  EtcdError,
  TimeoutError,
  UnavailableError,
} from "../../../../errors/mod.ts";
import { json, register, type Registration } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { other, startRestorable, tested } from "../../_restored.ts";
import { newKey, untilEpoch, withTxn } from "./_subject.ts";

startRestorable();

Deno.test("register() puts the key under a lease, and close() takes both away", async () => {
  await using client = tested();
  const app = client.namespace("app/");
  const key = newKey();
  const r = await register(app, key, { port: 80 }, {
    codec: json<{ port: number }>(),
    ttlSeconds: 60,
  });
  assertEquals([r.state, r.epoch], [{ kind: "registered", epoch: 1 }, 1]);
  const kv = await client.get(`app/${key}`);
  assertEquals(kv?.value.json(), { port: 80 });
  assertEquals(await client.lease.list(), kv && [kv.lease]);
  await r.close();
  assertEquals(await client.get(`app/${key}`), undefined);
  assertEquals(await client.lease.list(), []);
  assertEquals(r.state, { kind: "closed", reason: undefined });
  await r.close();
});

Deno.test("update() of a registration changes the value in place", async () => {
  await using client = tested();
  const key = newKey();
  const small = {
    encode(value: string) {
      if (value.length > 3) throw new RangeError("too long");
      return value;
    },
    decode: () => "",
  };
  const r = await register(client, key, "a", { codec: small, ttlSeconds: 60 });
  const before = await client.get(key);
  await Promise.all([r.update("b"), r.update("c")]);
  const after = await client.get(key);
  assertEquals(after?.value.text(), "c");
  assertEquals(
    [after?.createRevision, after?.lease, r.epoch],
    [before?.createRevision, before?.lease, 1],
  );
  const error = await assertRejects(() => r.update("long"), CodecError);
  assertEquals([error.key, error.maybeCommitted], [key, false]);
  await r.close();
  const ended = await assertRejects(() => r.update("d"), EtcdError);
  assertEquals(
    [ended.code, ended.message],
    ["canceled", `Cannot update "${key}": it is closed (canceled)`],
  );
  assertEquals(await client.get(key), undefined);
});

Deno.test("update() of a registration is put later if it cannot be now", async () => {
  await using client = tested();
  await using observer = other();
  const key = newKey();
  await using r = await register(client, key, "a", { ttlSeconds: 60 });
  await observer.put(key, "another's");
  await waitFor("the wait", () => r.state.kind === "waiting");
  const error = await assertRejects(
    () => r.update("b", { timeoutMs: 50 }),
    TimeoutError,
  );
  assert(error.maybeCommitted);
  await observer.delete(key);
  const ask = { client: observer, key, timeoutMs: 5_000 };
  assertEquals((await untilEpoch(r, 2, ask)).value.text(), "b");
});

Deno.test("register() waits for another's key to go, or fails, or takes it over", async () => {
  await using client = tested();
  await using observer = other();
  const key = newKey();
  await observer.put(key, "another's");
  const error = await assertRejects(
    () => register(client, key, "mine", { onConflict: "fail" }),
    EtcdError,
  );
  assertEquals(
    [error.code, error.message],
    [
      "already_exists",
      `Cannot register "${key}": another has put the key (already_exists)`,
    ],
  );
  assertEquals(await client.lease.list(), []);
  let is: string | undefined;
  const waiting = register(client, key, "mine", {
    ttlSeconds: 60,
    onStateChange: ({ kind }) => is = kind,
  });
  await waitFor("the wait", () => is === "waiting");
  assertEquals((await observer.get(key))?.value.text(), "another's");
  await observer.delete(key);
  await using first = await waiting;
  assertEquals([first.epoch, is], [1, "registered"]);
  await using _second = await register(observer, key, "taken", {
    ttlSeconds: 60,
    onConflict: "takeOver",
  });
  await waitFor("the loss", () => first.state.kind === "waiting");
  assertEquals((await observer.get(key))?.value.text(), "taken");
});

Deno.test("one of many who wait for a key stands at a time", async () => {
  await using client = tested();
  const key = newKey();
  const standing = new Set<number>();
  const stood: number[] = [];
  await Promise.all(Array.from({ length: 5 }, async (_, at) => {
    await using _r = await register(client, key, `${at}`, { ttlSeconds: 60 });
    standing.add(at);
    assertEquals(standing.size, 1);
    assertEquals((await client.get(key))?.value.text(), `${at}`);
    standing.delete(at);
    stood.push(at);
  }));
  assertEquals(stood.length, 5);
});

Deno.test("a signal ends a registration, before and after it stands", async () => {
  await using client = tested();
  const key = newKey();
  const reason = new Error("enough");
  const aborted = AbortSignal.abort(reason);
  assertEquals(
    await assertRejects(() => register(client, key, "a", { signal: aborted })),
    reason,
  );
  await client.put(key, "another's");
  const waits = new AbortController();
  const waiting = register(client, key, "mine", {
    signal: waits.signal,
    onStateChange({ kind }) {
      if (kind === "waiting") waits.abort(reason);
    },
  });
  assertEquals(await assertRejects(() => waiting), reason);
  await client.delete(key);
  const stands = new AbortController();
  const r = await register(client, key, "mine", { signal: stands.signal });
  stands.abort(reason);
  await waitFor("the end", () => r.state.kind === "closed");
  assertEquals(r.state, { kind: "closed", reason });
  assertEquals(await client.get(key), undefined);
  assertEquals(await client.lease.list(), []);
});

Deno.test("a registration ends with its client", async () => {
  const client = tested();
  const key = newKey();
  let told = 0;
  const r: Registration<string> = await register(client, key, "a", {
    ttlSeconds: 2,
    onStateChange: () => void ++told,
  });
  await client.close();
  await waitFor("the end", () => r.state.kind === "closed");
  const { state } = r;
  assert(state.kind === "closed" && state.reason instanceof EtcdError);
  assertEquals(state.reason.code, "client_closed");
  await r.close();
  assert(told >= 2);
});

Deno.test("register() whose answer was lost stands once", async () => {
  await using client = tested();
  const key = newKey();
  let puts = 0;
  const ks = withTxn(client, async (...given) => {
    const result = await client.kv.txn(...given);
    if (++puts > 1) return result;
    throw new UnavailableError("the answer is lost", {
      code: "connection_lost",
      maybeCommitted: true,
    });
  });
  await using r = await register(ks, key, "a", { ttlSeconds: 60 });
  const found = await client.get(key);
  assertEquals([found?.version, r.epoch], [1n, 1]);
});

Deno.test("a put that arrives after the end of its registration does nothing", async () => {
  await using client = tested();
  const key = newKey();
  const stop = new AbortController();
  const reason = new Error("enough");
  let arrive = (): Promise<unknown> => Promise.resolve();
  const ks = withTxn(client, (txn, { signal } = {}) => {
    arrive = () => client.kv.txn(txn);
    return new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(reason));
      stop.abort(reason);
    });
  });
  const { signal } = stop;
  const registering = register(ks, key, "a", { ttlSeconds: 60, signal });
  assertEquals(await assertRejects(() => registering), reason);
  const error = await assertRejects(() => arrive(), EtcdError);
  assertEquals(error.code, "lease_not_found");
  assertEquals(await client.get(key), undefined);
});
