// The times that calls are given, as far as they get.
import { assertEquals, assertRejects } from "@std/assert";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/_clock.ts";
import { checkTimeoutMs } from "../../../../api/checks/_check.ts";
import { ElectionFacet } from "../../../../api/server_locks/election.ts";
import { KvFacet } from "../../../../api/kv/_facet.ts";
import { LockFacet } from "../../../../api/server_locks/lock.ts";
import { openSession } from "../../../../api/session/session.ts";
import type { Caller } from "../../../../api/call/caller.ts";
import { type Lease, TimeoutError } from "../../../../mod.ts";
import { FakeOpener } from "../stream/_fake_opener.ts";
import { MemoryStore } from "../kv/_memory_store.ts";
import { ScriptedCaller } from "../batch/_scripted_caller.ts";

/** Sessions whose lease a test makes, over a caller. */
function sessionsOf(caller: Caller, lease: Partial<Lease>) {
  const signal = new AbortController().signal;
  const granted = { id: 1n, ttlSeconds: 10, signal, ...lease } as Lease;
  return {
    kv: new KvFacet(caller, { batching: () => caller }),
    lease: { grant: () => Promise.resolve(granted) } as never,
    watch: () => {
      throw new Error("no test watches here");
    },
  };
}

Deno.test("lock() and campaign() have no time limit where the option is undefined", () => {
  const caller = new ScriptedCaller();
  const options = { lease: 1n, timeoutMs: undefined };
  const lock = new LockFacet(caller);
  const election = new ElectionFacet(caller, {
    opener: new FakeOpener("").opener,
    clock: SYSTEM_CLOCK,
  });
  lock.lock("n", options);
  election.campaign("n", "v", options);
  lock.lock("n", { lease: 1n, timeoutMs: 5 });
  const times = caller.calls.map(({ options }) => options.timeoutMs);
  assertEquals(times, [false, false, 5]);
});

Deno.test("Session.lock() asks within a time there are timers for, however long its lease lives", async () => {
  const store = new MemoryStore();
  const times: number[] = [];
  const caller: Caller = {
    unary(call, request, options) {
      times.push(checkTimeoutMs("timeoutMs", options?.timeoutMs));
      return store.unary(call, request, options);
    },
  };
  const session = await openSession(
    sessionsOf(caller, {
      ttlSeconds: 9_000_000_000,
      keepAlive: () => Promise.resolve(),
    }),
    { ttlSeconds: 9_000_000_000 },
  );
  const lock = await session.lock("n");
  await lock.unlock();
  assertEquals(store.keys, []);
  assertEquals(new Set(times), new Set([30_000]));
});

Deno.test("Keyspace.session() is given up when its time is over, before the lease's is", async () => {
  let orphaned = 0;
  const keys = sessionsOf(new ScriptedCaller(), {
    keepAlive: () => new Promise(() => {}),
    orphan: () => orphaned++,
  });
  const error = await assertRejects(
    () => openSession(keys, { timeoutMs: 20 }),
    TimeoutError,
    "Cannot open the session: not done within 20 ms",
  );
  assertEquals([error.code, orphaned], ["timeout", 1]);
});
