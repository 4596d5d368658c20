// mirror() between two clusters without faults.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { EtcdError, op, prefix } from "../../../../mod.ts";
import { mirror, type MirrorProgress } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import {
  assertEqual,
  checkpointAt,
  contents,
  newRoute,
  source,
  startTwoClusters,
  target,
} from "./_two_clusters.ts";

startTwoClusters();

Deno.test("mirror() copies what is there, then follows puts, deletions and transactions", async () => {
  const route = newRoute();
  const { prefix: from, destinationPrefix: to } = route;
  for (let at = 0; at < 300; at++) await source.put(`${from}${at}`, `${at}`);
  const told: MirrorProgress[] = [];
  await using copy = await mirror(source, target, {
    ...route,
    onProgress: (progress) => told.push(progress),
  });
  await copy.waitFor(1n);
  assertEquals(copy.state, { kind: "following" });
  assertEquals(await contents(target, to), await contents(source, from));
  assertEquals(copy.progress.keys, 300);
  await source.delete(`${from}7`);
  await source.delete(prefix(`${from}2`));
  await source.txn({
    then: [
      op.put(`${from}a`, "1"),
      op.put(`${from}b`, "1"),
      op.delete(`${from}1`),
    ],
  });
  await assertEqual(copy, route);
  const last = told.at(-1);
  assertEquals(last, copy.progress);
  assertEquals(last?.lagRevisions, 0n);
  assert(told.some(({ keys }) => keys > 0 && keys < 300));
});

Deno.test("mirror() goes on from its checkpoint, and keeps transactions whole", async () => {
  const route = newRoute();
  const { prefix: from, destinationPrefix: to } = route;
  await source.put(`${from}a`, "1");
  await source.put(`${from}gone`, "1");
  {
    await using copy = await mirror(source, target, route);
    await copy.waitFor(1n);
  }
  await source.delete(`${from}gone`);
  const keys = Array.from({ length: 100 }, (_, at) => `${from}k/${at}`);
  await source.txn({ then: keys.map((key) => op.put(key, "x")) });
  const seen: number[] = [];
  await using watch = target.watch(prefix(to));
  await watch.ready;
  await using copy = await mirror(source, target, route);
  assertEquals(copy.state.kind, "following");
  await assertEqual(copy, route);
  assertEquals(copy.progress.keys, 102);
  for await (const { events } of watch) {
    seen.push(events.length);
    if (events.some(({ kv }) => kv.key.text().endsWith("last"))) break;
  }
  // One of the target's revisions at least has all of the transaction.
  assert(seen.some((count) => count >= 100), String(seen));
});

Deno.test("mirror() applies a revision that is too large in parts, and says so in the checkpoint", async () => {
  const route = newRoute();
  const { prefix: from } = route;
  await using copy = await mirror(source, target, { ...route, maxTxnOps: 8 });
  await copy.waitFor(1n);
  const phases: string[] = [];
  await using watch = target.watch(route.checkpoint);
  await watch.ready;
  const keys = Array.from({ length: 40 }, (_, at) => `${from}k/${at}`);
  await source.txn({ then: keys.map((key) => op.put(key, "x")) });
  await source.delete(prefix(`${from}k/`));
  await assertEqual(copy, route);
  for await (const { kv } of watch.events()) {
    const { phase } = kv.value.json<{ phase: string }>();
    phases.push(phase);
    if (phases.filter((phase) => phase === "following").length === 2) break;
  }
  assertEquals(phases.slice(0, 6), [
    ...Array.from({ length: 5 }, () => "applying"),
    "following",
  ]);
});

Deno.test("mirror() splits what the target refuses as too large", async () => {
  const route = newRoute();
  const { prefix: from } = route;
  const value = new Uint8Array(300_000).fill(97);
  for (let at = 0; at < 8; at++) await source.put(`${from}${at}`, value);
  // More than the server takes, which is 128.
  await using copy = await mirror(source, target, { ...route, maxTxnOps: 500 });
  await copy.waitFor(1n);
  for (let at = 0; at < 300; at++) await source.put(`${from}n/${at}`, "x");
  await source.delete(prefix(`${from}n/`));
  await assertEqual(copy, route);
});

Deno.test("mirror() refuses what it has not made, and replaces it when told to", async () => {
  const route = newRoute();
  const { prefix: from, destinationPrefix: to, checkpoint } = route;
  await source.put(`${from}a`, "1");
  await source.put(`${from}same`, "1");
  await target.put(`${to}b`, "other");
  await target.put(`${to}same`, "1");
  const refused = await assertRejects(
    () => mirror(source, target, route),
    EtcdError,
    `there are keys already, such as "${to}b"`,
  );
  assertEquals(refused.code, "already_exists");
  assertEquals(await target.get(checkpoint), undefined);
  {
    await using copy = await mirror(source, target, {
      ...route,
      existing: "replace",
    });
    await copy.waitFor(1n);
    // The one that is the same already is not written.
    assertEquals(copy.progress.keys, 2);
    await assertEqual(copy, route);
  }
  const other = { ...route, prefix: `${from}a` };
  const foreign = await assertRejects(
    () => mirror(source, target, other),
    EtcdError,
    "it holds that of a mirror from",
  );
  assertEquals(foreign.code, "already_exists");
  await target.put(checkpoint, "something");
  await assertRejects(
    () => mirror(source, target, route),
    EtcdError,
    "it holds something else",
  );
});

Deno.test("A mirror that another takes the place of ends, and so does one whose checkpoint is deleted", async () => {
  const route = newRoute();
  await using first = await mirror(source, target, route);
  await first.waitFor(1n);
  await using second = await mirror(source, target, route);
  await source.put(`${route.prefix}a`, "1");
  const ended = await assertRejects(() => first.ended, EtcdError);
  assertEquals(ended.code, "aborted");
  await assertEqual(second, route);
  await target.delete(route.checkpoint);
  await source.put(`${route.prefix}a`, "2");
  const gone = await assertRejects(() => second.ended, EtcdError);
  assertEquals(gone.code, "key_not_found");
  assertEquals(second.state, { kind: "closed", reason: gone });
  await assertRejects(() => second.waitFor(1n << 60n), EtcdError);
});

Deno.test("mirror() copies everything but its checkpoint, which may stand among the copies", async () => {
  // Of a namespace, as other tests have keys of their own.
  const { prefix: name } = newRoute();
  const there = target.namespace(name);
  const here = source.namespace(name);
  await here.put("mirror", "of another");
  await here.put("a", "1");
  await here.put(new Uint8Array([0xff, 0, 1]), "bytes");
  await using copy = await mirror(here, there, { checkpoint: "mirror" });
  await copy.waitFor(1n);
  const { header } = await here.delete("a");
  await here.put("mirror", "again");
  await copy.waitFor(header.revision);
  assertEquals((await checkpointAt(there, "mirror"))?.phase, "following");
  assertEquals(
    (await there.get(new Uint8Array([0xff, 0, 1])))?.value.text(),
    "bytes",
  );
  assertEquals((await there.range(prefix(""))).count, 2n);
});

Deno.test("mirror() drops leases: the copy goes with its original", async () => {
  const route = newRoute();
  const { prefix: from, destinationPrefix: to } = route;
  await using copy = await mirror(source, target, route);
  const lease = await source.lease.grant(60);
  const { header } = await source.put(`${from}a`, "1", { lease });
  await copy.waitFor(header.revision);
  assertEquals((await target.get(`${to}a`))?.lease, 0n);
  await lease.revoke();
  await waitFor(
    "the copy to go",
    async () => await target.get(`${to}a`) === undefined,
  );
});

Deno.test("Mirror.waitFor() reaches writes elsewhere, and ends with its signal and its time", async () => {
  const route = newRoute();
  await using copy = await mirror(source, target, route);
  // Before that, events have to come one by one.
  await source.put(`${route.prefix}a`, "1");
  const { header } = await source.put("elsewhere", "1");
  await copy.waitFor(header.revision, { timeoutMs: 30_000 });
  assertEquals(
    await contents(target, route.destinationPrefix),
    { a: "1" },
  );
  const later = copy.waitFor(header.revision + 1n, { timeoutMs: 30_000 });
  await source.put("elsewhere", "2");
  await later;
  const late = await assertRejects(
    () => copy.waitFor(1n << 60n, { timeoutMs: 20 }),
    EtcdError,
  );
  assertEquals(late.code, "timeout");
  const signal = AbortSignal.abort("no more");
  const reason = await copy.waitFor(1n << 60n, { signal }).catch((it) => it);
  assertEquals(reason, "no more");
});

Deno.test("A mirror ends with its signal, and close() is no error", async () => {
  const route = newRoute();
  const stop = new AbortController();
  const copy = await mirror(source, target, { ...route, signal: stop.signal });
  stop.abort("enough");
  assertEquals(await copy.ended.catch((it) => it), "enough");
  assertEquals(copy.state, { kind: "closed", reason: "enough" });
  await copy.close();
  const other = await mirror(source, target, route);
  const waiting = assertRejects(() => other.waitFor(1n << 60n), EtcdError);
  await other.close();
  await other.close();
  await other.ended;
  await waiting;
  assertEquals(other.state, { kind: "closed", reason: undefined });
});
