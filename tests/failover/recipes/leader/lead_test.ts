// The leader loop on a real server, with functions that end in each way.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  ClientClosedError,
  LockLostError,
  TimeoutError,
  UnavailableError,
} from "../../../../errors/mod.ts";
import { type Comparison, op, prefix } from "../../../../mod.ts";
import { lead, type Leading, type LeadState } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { other, startRestorable, tested } from "../../_restored.ts";

startRestorable();

let serial = 0;
const newName = () => `lead/${++serial}`;
const LONG = { ttlSeconds: 60 } as const;

/** Resolves when a signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function holds(guard: Comparison): Promise<boolean> {
  await using client = other();
  return (await client.txn({ if: [guard] })).succeeded;
}

async function entries(name: string): Promise<number> {
  await using client = other();
  return (await client.range(prefix(`${name}/`))).kvs.length;
}

Deno.test("lead() resolves to what its function returns, and resigns", async () => {
  await using client = tested();
  const name = newName();
  let guard: Comparison | undefined;
  const result = await lead(client, name, "me", async (leading) => {
    guard = leading.guard;
    const { succeeded } = await client.txn({
      if: [guard],
      then: [op.put(`${name}-done`, "yes")],
    });
    await leading.proclaim("still me");
    const kv = await client.get(leading.key);
    assertEquals(kv?.createRevision, leading.revision);
    return [succeeded, kv?.value.text()];
  }, LONG);
  assertEquals(result, [true, "still me"]);
  assert(guard);
  assertEquals([await holds(guard), await entries(name)], [false, 0]);
  assertEquals(await client.lease.list(), []);
});

Deno.test("lead() rejects with what its function throws, and resigns", async () => {
  await using client = tested();
  const name = newName();
  const thrown = new Error("out of paper");
  const fail = () => {
    throw thrown;
  };
  for (const run of [fail, () => Promise.reject(thrown)]) {
    const error = await assertRejects(() =>
      lead(client, name, "me", run, LONG)
    );
    assertEquals(error, thrown);
  }
  assertEquals(await entries(name), 0);
});

Deno.test("lead() aborts the function's signal on a loss, waits for it, and leads again", async () => {
  await using client = tested();
  await using observer = other();
  const name = newName();
  const states: LeadState[] = [];
  const revisions: bigint[] = [];
  let running = 0;
  const thrown = new Error("as my leadership is lost");
  await lead(client, name, "me", async ({ key, revision, signal, guard }) => {
    assertEquals(++running, 1);
    revisions.push(revision);
    if (revisions.length === 3) return;
    await observer.delete(key);
    await aborted(signal);
    assert(signal.reason instanceof LockLostError);
    assertFalse(await holds(guard));
    running--;
    if (revisions.length === 2) throw thrown;
  }, { ...LONG, onStateChange: (state) => states.push(state) });
  assertEquals(states.map(({ kind }) => kind), [
    "campaigning",
    "leading",
    "stopping",
    "campaigning",
    "leading",
    "stopping",
    "campaigning",
    "leading",
  ]);
  const told = states.map((state) =>
    state.kind === "campaigning" ? state.thrown : undefined
  );
  assertEquals(told.filter((error) => error !== undefined), [thrown]);
  const sorted = [...revisions].sort((a, b) => Number(a - b));
  assertEquals([revisions, new Set(revisions).size], [sorted, 3]);
});

Deno.test("lead() goes on when its function throws as its guard does not hold", async () => {
  await using client = tested();
  await using observer = other();
  const name = newName();
  let runs = 0;
  await lead(client, name, "me", async ({ key, guard }) => {
    if (++runs === 2) return;
    await observer.delete(key);
    const { succeeded } = await client.txn({ if: [guard] });
    // At once: the signal may not have come yet.
    if (!succeeded) throw new Error("not the leader any more");
  }, LONG);
  assertEquals(runs, 2);
});

Deno.test("lead() starts over when its function throws an error of etcd that passes", async () => {
  await using client = tested();
  const name = newName();
  let runs = 0;
  const reasons: unknown[] = [];
  const lost = new UnavailableError("Cannot put: the connection is lost", {
    code: "connection_lost",
    maybeCommitted: true,
  });
  await lead(client, name, "me", () => {
    if (++runs === 1) throw lost;
  }, {
    ...LONG,
    onStateChange(state) {
      if (state.kind === "campaigning") reasons.push(state.thrown);
    },
  });
  assertEquals([runs, reasons], [2, [undefined, lost]]);
});

Deno.test("lead() ends when its function does not settle, whose guard is refused then", async () => {
  await using client = tested();
  const name = newName();
  const stop = new AbortController();
  let outlived: Leading | undefined;
  const never = Promise.withResolvers<void>();
  const reason = new Error("enough");
  const error = await assertRejects(
    () =>
      lead(client, name, "me", (leading) => {
        outlived = leading;
        stop.abort(reason);
        return never.promise;
      }, { ...LONG, settleTimeoutMs: 50, signal: stop.signal }),
    TimeoutError,
  );
  assertEquals(
    error.message,
    `Cannot lead "${name}": its function has not settled within 50 ms after its signal (timeout)`,
  );
  assertEquals(error.cause, reason);
  assert(outlived);
  const { guard, proclaim } = outlived;
  assertEquals([await holds(guard), await entries(name)], [false, 0]);
  await assertRejects(() => proclaim("still me?"), LockLostError);
  never.resolve();
});

Deno.test("a signal ends lead() when the function has settled, and leaves nothing", async () => {
  await using client = tested();
  const name = newName();
  const stop = new AbortController();
  const reason = new Error("enough");
  let settled = false;
  const first = lead(client, name, "first", async ({ signal, guard }) => {
    stop.abort(reason);
    await aborted(signal);
    assertEquals(signal.reason, reason);
    // Nobody else leads before this one has settled.
    assert(await holds(guard));
    settled = true;
  }, { ...LONG, signal: stop.signal });
  assertEquals(await assertRejects(() => first), reason);
  assert(settled);

  const held = Promise.withResolvers<void>();
  const holding = lead(client, name, "holds", () => held.promise, LONG);
  await waitFor("a leader", async () => await entries(name) === 1);
  const waits = new AbortController();
  const waiting = lead(client, name, "waits", () => {}, {
    ...LONG,
    signal: waits.signal,
  });
  await waitFor("two", async () => await entries(name) === 2);
  waits.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  await waitFor("one", async () => await entries(name) === 1);
  held.resolve();
  await holding;
  assertEquals(await entries(name), 0);
});

Deno.test("of many loops one function runs at a time", async () => {
  await using client = tested();
  await using observer = other();
  const name = newName();
  const running = new Set<number>();
  const turns: number[] = [];
  await Promise.all(Array.from({ length: 6 }, async (_, at) => {
    await lead(at % 2 ? client : observer, name, `${at}`, async ({ guard }) => {
      running.add(at);
      assertEquals([running.size, await holds(guard)], [1, true]);
      running.delete(at);
      turns.push(at);
    }, LONG);
  }));
  assertEquals(turns.length, 6);
});

Deno.test("lead() ends with its client, and waits for its function", async () => {
  const client = tested();
  let settled = false;
  const leading = lead(client, newName(), "me", async ({ signal }) => {
    await client.close();
    await aborted(signal);
    settled = true;
  }, { ttlSeconds: 2 });
  await assertRejects(() => leading, ClientClosedError);
  assert(settled);
});
