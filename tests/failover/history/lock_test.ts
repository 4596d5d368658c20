// Locks, leaderships and elections whose store is put back to an older
// snapshot: nobody goes on with what the others cannot see any more.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  HistoryLostError,
  type KeyValue,
  LeaseLostError,
  type Lock,
  LockLostError,
} from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { untilQueued } from "../locks/_subject.ts";
import {
  cluster,
  goBack,
  other,
  startRestorable,
  tested,
  write,
} from "../_restored.ts";

startRestorable();

/** Longer than any test, so that a lease of the snapshot lives on. */
const LONG = { ttlSeconds: 120 };

async function loss({ signal }: Pick<Lock, "signal">): Promise<LockLostError> {
  await waitFor("the loss", () => signal.aborted);
  assertInstanceOf(signal.reason, LockLostError);
  return signal.reason;
}

/** A new name, and a store in which nobody has it yet. */
async function unlocked(): Promise<string> {
  await using writer = other();
  await write(writer, "before", 3);
  return await cluster.snapshot();
}

Deno.test("A lock that the older snapshot does not have is lost before another's is noticed", async () => {
  await using client = tested();
  await using session = await client.session(LONG);
  const file = await unlocked();
  const held = await session.lock("n1");
  const leading = await session.campaign("e1", "v");
  await using writer = other();
  await write(writer, "after", 10);
  await using rival = other();
  let taken: Lock | undefined;
  await goBack({
    snapshot: file,
    before: async () => {
      taken = await (await rival.session(LONG)).lock("n1", {
        timeoutMs: 10_000,
      });
    },
  });
  assert(taken);
  // The rival has the very revision that this one had.
  assertEquals(taken.revision, held.revision);
  await loss(held);
  const { cause, message } = await loss(leading);
  assertInstanceOf(cause, HistoryLostError, message);
  assert(cause.currentRevision < cause.receivedRevision);
  assert(!session.signal.aborted, "the lease is in the snapshot");
  assert(!taken.signal.aborted);
});

Deno.test("A lock is lost though the store has passed it by the time it is back", async () => {
  await using client = tested();
  await using session = await client.session(LONG);
  const file = await unlocked();
  const held = await session.lock("n2");
  await goBack({
    snapshot: file,
    before: (again) => write(again, "after", 50),
  });
  assertStringIncludes((await loss(held)).message, "does not exist any more");
});

Deno.test("A lock is lost when the one who had it before has it again", async () => {
  await using client = tested();
  await using writer = other();
  await using first = await writer.session(LONG);
  await using session = await client.session(LONG);
  const before = await first.lock("n3");
  const waiting = session.lock("n3");
  await untilQueued(writer, "n3", 2);
  const file = await cluster.snapshot();
  await before.unlock();
  const held = await waiting;
  await goBack({
    snapshot: file,
    before: (again) => write(again, "after", 50),
  });
  assertStringIncludes((await loss(held)).message, "another one is before it");
});

Deno.test("A waiter whose entry is gone does not wait for ever, one whose entry is there has its turn", async () => {
  await using client = tested();
  await using writer = other();
  await using holder = await writer.session(LONG);
  await using session = await client.session(LONG);
  const held = await holder.lock("n4");
  const waiting = session.lock("n4");
  waiting.catch(() => {});
  await untilQueued(writer, "n4", 2);
  const file = await cluster.snapshot();
  const lost = await holder.lock("n5");
  let error: unknown;
  session.lock("n5").catch((reason) => error = reason);
  await untilQueued(writer, "n5", 2);
  await write(writer, "after", 10);
  await goBack({ snapshot: file });
  await waitFor("the end of the wait", () => error !== undefined);
  assertInstanceOf(error, LockLostError);
  assertInstanceOf(error.cause, HistoryLostError);
  await loss(lost);
  // Both have the entries they had; the holder may know that much is lost.
  await held.unlock();
  await (await waiting).unlock();
});

Deno.test("A lease that the older snapshot does not have is lost with all it holds", async () => {
  await using client = tested();
  const file = await unlocked();
  await using session = await client.session(LONG);
  const held = await session.lock("n6");
  await goBack({ snapshot: file });
  await waitFor("the loss", () => session.signal.aborted);
  assertInstanceOf(session.signal.reason, LeaseLostError);
  assertEquals(session.signal.reason.reason, "expired");
  assert(held.signal.aborted);
});

Deno.test("observe() tells who leads in the older state", async () => {
  await using client = tested();
  await using writer = other();
  await using first = await writer.session(LONG);
  await using second = await writer.session(LONG);
  await using session = await client.session(LONG);
  const leading = await first.campaign("e2", "first");
  const abort = new AbortController();
  const { signal } = abort;
  const seen: Record<string, string[]> = { own: [], served: [] };
  const read = async (name: string, leaders: AsyncIterable<KeyValue>) => {
    for await (const { value } of leaders) seen[name]?.push(value.text());
  };
  const reading = [
    read("own", session.observe("e2", { signal })),
    read("served", client.election.observe("e2", { signal })),
  ];
  const both = async (...values: string[]) => {
    await waitFor(
      `${values}`,
      () => Object.values(seen).every((all) => all.length >= values.length),
    );
    assertEquals(seen, { own: values, served: values });
  };
  await both("first");
  const file = await cluster.snapshot();
  await leading.resign();
  await second.campaign("e2", "second");
  await both("first", "second");
  await goBack({ snapshot: file });
  await both("first", "second", "first");
  abort.abort("seen enough");
  for (const one of reading) {
    assertEquals(await assertRejects(() => one), "seen enough");
  }
});
