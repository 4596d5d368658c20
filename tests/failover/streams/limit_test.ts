// Calls that wait for one of the few streams that a server allows
// (--max-concurrent-streams), on a real server.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Client, EtcdError, prefix, TimeoutError } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import {
  assertNamesLimit,
  FullClient,
  inFlight,
  MOST,
  startLimitedMember,
} from "./_limit_subject.ts";
import { cluster, other } from "../_faulty_member.ts";

startLimitedMember();

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | a put that waited for a stream until its time was over, or was aborted, is never sent`, async () => {
    await using full = await FullClient.open(balancer);
    const { client, watch } = full;
    const keys = [`${balancer}/late`, `${balancer}/aborted`] as const;
    const late = await assertRejects(
      () => client.put(keys[0], "old", { timeoutMs: 300 }),
      TimeoutError,
    );
    assertNamesLimit(late);
    const abort = new AbortController();
    const aborted = client.put(keys[1], "old", { signal: abort.signal });
    const reason = new Error("not any more");
    abort.abort(reason);
    assertStrictEquals(await assertRejects(() => aborted), reason);
    for (const key of keys) await other.put(key, "new");
    await watch.close();
    // It takes the stream that has ended, after what came before it.
    await client.put(`${balancer}/next`, "x");
    for (const key of keys) {
      const kv = await other.get(key);
      assertEquals(kv?.value.text(), "new");
      assertEquals(kv?.version, 1n, "the old value was never there");
    }
  });

  Deno.test(`${balancer} | close() while a put waits for a stream says that it was not applied`, async () => {
    const key = `${balancer}/closed`;
    const full = await FullClient.open(balancer);
    const { client } = full;
    const put = client.put(key, "x");
    put.catch(() => {});
    await waitFor("the put to wait", () => inFlight(client) > MOST);
    await client.close();
    const error = await assertRejects(() => put, EtcdError);
    assertEquals([error.code, error.maybeCommitted], ["client_closed", false]);
    assertEquals(await other.get(key), undefined);
  });

  Deno.test(`${balancer} | a put that waits for a stream when its connection is cut goes on another one`, async () => {
    const key = `${balancer}/cut`;
    await using full = await FullClient.open(balancer);
    const { client, watch } = full;
    const put = client.put(key, "x", { timeoutMs: 20_000 });
    put.catch(() => {});
    await waitFor("the put to wait", () => inFlight(client) > MOST);
    const { dials } = client.balancer;
    await cluster.members[0]?.proxy.set({ kind: "reset" });
    await waitFor("another connection", () => client.balancer.dials > dials);
    await watch.close();
    await put;
    assertEquals((await other.get(key))?.version, 1n);
  });
}

for (const onEvent of [undefined, () => {}]) {
  const listened = onEvent === undefined ? "" : ", with a listener";
  Deno.test(`a batched put that was aborted while its batch waited is not in it when it is sent${listened}`, async () => {
    const under = `batch${listened}`;
    const keys = ["first", "aborted", "late", "kept"]
      .map((name) => `${under}/${name}`);
    await using full = await FullClient.open("grpc1.23", {
      batch: "all",
      onEvent,
    });
    const { client, watch } = full;
    const abort = new AbortController();
    const [first, aborted, late, kept] = keys.map((key, at) =>
      client.put(key, "x", {
        ...at === 1 && { signal: abort.signal },
        timeoutMs: at === 2 ? 300 : 20_000,
      })
    );
    await waitFor("both requests to wait", () => inFlight(client) === MOST + 2);
    abort.abort();
    await assertRejects(() => aborted ?? Promise.resolve());
    const error = await assertRejects(
      () => late ?? Promise.resolve(),
      TimeoutError,
    );
    assert(!error.maybeCommitted, error.message);
    await watch.close();
    await Promise.all([first, kept]);
    const { kvs } = await other.range(prefix(under));
    assertEquals(kvs.map(({ key }) => key.text()), [keys[0], keys[3]]);
  });
}

Deno.test("a batched put that was aborted while there was no connection is not sent with the others", async () => {
  const { proxy } = cluster.members[0] ?? {};
  assert(proxy !== undefined);
  await proxy.set({ kind: "refuse" });
  await using client = new Client({
    endpoints: cluster.endpoints,
    keepAlive: false,
    batch: "all",
  });
  const abort = new AbortController();
  const [first, aborted, kept] = ["first", "aborted", "kept"].map((name) =>
    client.put(`unconnected/${name}`, "x", {
      timeoutMs: 20_000,
      ...name === "aborted" && { signal: abort.signal },
    })
  );
  await waitFor("a dial", () => client.balancer.dials > 0);
  abort.abort();
  await assertRejects(() => aborted ?? Promise.resolve());
  await proxy.set({ kind: "pass" });
  await Promise.all([first, kept]);
  const { kvs } = await other.range(prefix("unconnected/"));
  assertEquals(kvs.map(({ key }) => key.text()), [
    "unconnected/first",
    "unconnected/kept",
  ]);
});
