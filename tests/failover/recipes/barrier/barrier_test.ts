// What a barrier promises, on a real server.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  CanceledError,
  type Keyspace,
  LeaseNotFoundError,
  type Operation,
  prefix,
  TimeoutError,
  type Txn,
} from "../../../../mod.ts";
import { barrier } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import {
  faultyClient,
  faultyMember,
  other,
  startFaultyMember,
} from "../../_faulty_member.ts";
import { untilHeard } from "../../_until_heard.ts";

startFaultyMember();

let serial = 0;
const newName = () => `barrier${++serial}`;

/** The keys of `other`, with calls of the test's own. */
function keyspace(own: Partial<Keyspace>): Keyspace {
  return {
    kv: other.kv,
    lease: other.lease,
    range: other.range.bind(other),
    txn: other.txn.bind(other),
    watch: other.watch.bind(other),
    session: other.session.bind(other),
    ...own,
  } as Keyspace;
}

Deno.test("Barrier.wait() waits while it is up, and all go on when anybody releases it", async () => {
  const name = newName();
  await using gate = barrier(other, name);
  await using others = barrier(other, name);
  // None is up.
  await gate.wait();
  await gate.release();
  assert(await gate.hold());
  assertFalse(await others.hold());
  const kv = await other.get(name);
  // As Go's, which has no lease.
  assertEquals([kv?.lease, kv?.value.length], [0n, 0]);
  const gone: number[] = [];
  const waiting = [gate, others, gate].map((one, at) =>
    one.wait().then(() => gone.push(at))
  );
  await untilHeard(other);
  assertEquals(gone, []);
  await others.release();
  await Promise.all(waiting);
  assertEquals(await other.get(name), undefined);
  assert(await others.hold());
  await gate.release();
});

Deno.test("Barrier.wait() goes on if the barrier is put up again at once", async () => {
  const name = newName();
  const hasRead = Promise.withResolvers<void>();
  const ks = keyspace({
    async range(...given) {
      const result = await other.range(...given);
      hasRead.resolve();
      return result;
    },
  });
  await using gate = barrier(ks, name);
  await gate.hold();
  const waiting = gate.wait({ timeoutMs: 20_000 });
  await hasRead.promise;
  await other.delete(name);
  await other.put(name, "");
  await waiting;
  await gate.release();
});

Deno.test("Barrier.wait() goes on if the barrier was put up again while it was cut off", async () => {
  await using faulty = faultyClient();
  await using gate = barrier(faulty, "again");
  await gate.hold();
  const waiting = gate.wait({ timeoutMs: 60_000 });
  // A call that is answered has the read before it answered as well.
  await faulty.get("again");
  await faulty.get("again");
  const { proxy } = faultyMember();
  await proxy.set({ kind: "refuse" });
  await other.delete("again");
  const { header } = await other.put("again", "");
  await other.kv.compact(header.revision);
  await proxy.set({ kind: "pass" });
  await waiting;
  await gate.release();
});

Deno.test("Barrier.hold() with a lease falls when that ends", async () => {
  const name = newName();
  await using gate = barrier(other, name);
  await using session = await other.session({ ttlSeconds: 60 });
  assert(await gate.hold({ lease: session.lease }));
  assertEquals((await other.get(name))?.lease, session.lease.id);
  const waiting = gate.wait();
  await session.close();
  await waiting;
  assertEquals(await other.get(name), undefined);
  const error = await assertRejects(
    () => gate.hold({ lease: session.lease }),
    LeaseNotFoundError,
  );
  assertEquals(
    error.message,
    `Cannot hold "${name}": the lease does not exist (lease_not_found)`,
  );
  assertEquals(await other.get(name), undefined);
});

Deno.test("Barrier.wait() ends with its signal or time, close() ends it, and nothing is left", async () => {
  const name = newName();
  const gate = barrier(other, name);
  await gate.hold();
  const error = await assertRejects(
    () => gate.wait({ timeoutMs: 50 }),
    TimeoutError,
  );
  assert(error.message.includes(`wait at the barrier "${name}"`));
  const stop = new AbortController();
  const stopped = gate.wait({ signal: stop.signal });
  stop.abort("enough");
  assertEquals(await stopped.catch((reason) => reason), "enough");
  const closed = assertRejects(() => gate.wait(), CanceledError);
  await gate.close();
  await closed;
  assertEquals((await other.range(prefix(`__${name}`))).kvs, []);
  // It stands for others.
  await using again = barrier(other, name);
  assertFalse(await again.hold());
  await again.release();
  const after = await assertRejects(() => gate.hold(), CanceledError);
  assertEquals(
    after.message,
    `Cannot use the barrier "${name}": it is closed (canceled)`,
  );
});

Deno.test("Barrier.hold() puts it up once though its answer is lost and others release it meanwhile", async () => {
  await using faulty = faultyClient();
  await using gate = barrier(faulty, "once");
  await using others = barrier(other, "once");
  assert(await gate.hold());
  await gate.release();
  const { proxy } = faultyMember();
  await proxy.set({ kind: "mute" });
  const held = gate.hold();
  await waitFor("the hold", async () => await other.get("once") !== undefined);
  await others.release();
  await proxy.set({ kind: "pass" });
  await proxy.cutAll();
  // It was: and it is not done again.
  assert(await held);
  assertEquals(await other.get("once"), undefined);
});

Deno.test("Barrier.release() releases no later barrier if a copy of its request comes late", async () => {
  const name = newName();
  const copies: (() => Promise<{ readonly succeeded: boolean }>)[] = [];
  const ks = keyspace({
    txn(txn: Txn<readonly Operation[], readonly Operation[]>) {
      copies.push(() => other.txn(txn));
      return other.txn(txn);
    },
  } as Partial<Keyspace>);
  await using gate = barrier(ks, name);
  await using others = barrier(other, name);
  await others.hold();
  await gate.release();
  assertEquals(await other.get(name), undefined);
  await others.hold();
  assertEquals(copies.length, 1);
  for (const copy of copies) assertFalse((await copy()).succeeded);
  assert(await other.get(name));
  await others.release();
});
