// A store that is behind what a watch has received: it lags, or it went back.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import type { Kv } from "../../../../api/kv/kv.ts";
import {
  type CallOptions,
  HistoryLostError,
  type Key,
  type RangeOptions,
} from "../../../../mod.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches, Received } from "./_fake_watch.ts";

/** A store whose reads wait for the test. */
class Reads {
  readonly asked: {
    readonly key: string;
    readonly options: RangeOptions & CallOptions;
    answer(revision: bigint): Promise<void>;
    deny(): Promise<void>;
  }[] = [];
  readonly kv: Kv = {
    range: (key: Key, options: RangeOptions & CallOptions) => {
      const { promise, resolve, reject } = Promise.withResolvers<object>();
      this.asked.push({
        key: new TextDecoder().decode(key as Uint8Array),
        options,
        answer: async (revision) => {
          resolve({ header: { revision } });
          await microtasks();
        },
        deny: async () => {
          reject(createError("Cannot get: no", { code: "permission_denied" }));
          await microtasks();
        },
      });
      return promise;
    },
  } as unknown as Kv;

  get last() {
    const last = this.asked.at(-1);
    assert(last, "nothing was read");
    return last;
  }
}

/** A watch that has received up to 20, on a stream to a member at `revision`. */
async function resumed(fake: FakeWatches, revision: bigint) {
  const watch = await fake.created(5n);
  const received = new Received(watch);
  fake.events([20n]);
  await fake.drop();
  fake.create(revision);
  await microtasks();
  return { watch, received };
}

Deno.test("A watch ends if its member is behind it and one linearizable read says so too", async () => {
  const reads = new Reads();
  const fake = new FakeWatches(reads.kv);
  const { received } = await resumed(fake, 8n);
  assertEquals(reads.asked.length, 1);
  const { key, options } = reads.last;
  // Nothing but its own range, not from what a member has at hand.
  assertEquals([key, options.countOnly, options.serializable], [
    "k",
    true,
    undefined,
  ]);
  await reads.last.answer(9n);
  await received.done;
  const { error } = received;
  assertInstanceOf(error, HistoryLostError);
  assertEquals([error.receivedRevision, error.currentRevision], [20n, 9n]);
  assertEquals(
    error.message,
    "Cannot watch any longer: the store is at revision 9, though revision 20 was received from it (history_lost)",
  );
  assertEquals([error.retryable, fake.clock.pending], [false, 0]);
});

Deno.test("A watch whose member only lags goes on, and that is not read again and again", async () => {
  const reads = new Reads();
  const fake = new FakeWatches(reads.kv);
  const { watch, received } = await resumed(fake, 8n);
  for (let at = 0; at < 20; at++) fake.reply({}, 9n, -1n);
  assertEquals(reads.asked.length, 1);
  await reads.last.answer(20n);
  for (let at = 0; at < 20; at++) fake.reply({}, 9n, -1n);
  await microtasks();
  assertEquals(reads.asked.length, 1);
  fake.clock.advance(1_000);
  assertEquals(reads.asked.length, 2);
  // By the time it is answered the member has caught up.
  fake.reply({}, 25n, -1n);
  await reads.last.answer(25n);
  fake.clock.advance(60_000);
  assertEquals(reads.asked.length, 2);
  assertEquals([watch.state.kind, received.error], ["live", undefined]);
  await watch.close();
});

Deno.test("A read that fails proves nothing: it is made again as long as the member is behind", async () => {
  const reads = new Reads();
  const fake = new FakeWatches(reads.kv);
  const { watch, received } = await resumed(fake, 8n);
  for (let at = 1; at <= 10; at++) {
    assertEquals(reads.asked.length, at);
    await reads.last.deny();
    assertEquals(watch.state.kind, "live");
    fake.clock.advance(12_000);
  }
  // Ever less often.
  await reads.last.deny();
  fake.clock.advance(7_000);
  assertEquals(reads.asked.length, 11);
  fake.clock.advance(5_000);
  await reads.last.answer(9n);
  await received.done;
  assertInstanceOf(received.error, HistoryLostError);
});

Deno.test("A start that a caller chose ahead of the store is no loss", async () => {
  const reads = new Reads();
  const fake = new FakeWatches(reads.kv);
  const watch = await fake.watch({ startRevision: 100n });
  fake.create(50n);
  fake.reply({}, 50n, -1n);
  await fake.drop();
  fake.create(8n);
  fake.reply({}, 8n, -1n);
  await microtasks();
  assertEquals([reads.asked.length, watch.state.kind], [0, "live"]);
  await watch.close();
});

Deno.test("One read decides for all watches of a stream, for each by what it has received", async () => {
  const reads = new Reads();
  const fake = new FakeWatches(reads.kv);
  const first = await fake.created(5n);
  const received = new Received(first);
  fake.events([20n]);
  const second = await fake.watch({}, "other");
  const { id } = fake;
  fake.create(5n, id);
  fake.reply({}, 12n, id);
  await fake.drop();
  const [one, other] = fake.creates;
  assert(one && other);
  fake.create(8n, one.id);
  fake.create(8n, other.id);
  await microtasks();
  assertEquals(reads.asked.length, 1);
  await reads.last.answer(15n);
  // The second one was not suspected yet when that was read.
  fake.clock.advance(1_000);
  await received.done;
  assertInstanceOf(received.error, HistoryLostError);
  assertEquals(second.state.kind, "live");
  if (reads.asked.length === 2) await reads.last.answer(15n);
  assertEquals(second.state.kind, "live");
  await second.close();
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A watch that is closed while its store is read ends quietly", async () => {
  const reads = new Reads();
  const fake = new FakeWatches(reads.kv);
  const { watch, received } = await resumed(fake, 8n);
  await watch.close();
  assert(reads.last.options.signal?.aborted);
  await reads.last.answer(9n);
  await received.done;
  assertEquals(received.error, undefined);
});

Deno.test("A watch that was to start behind what was read is held against what its creation told", async () => {
  const reads = new Reads();
  const fake = new FakeWatches(reads.kv);
  // As after a range at revision 20: nothing has happened since.
  const received = new Received(await fake.watch({ startRevision: 21n }));
  fake.create(20n);
  await fake.drop();
  fake.create(8n);
  await microtasks();
  await reads.last.answer(9n);
  await received.done;
  assertInstanceOf(received.error, HistoryLostError);
  assertEquals(received.error.receivedRevision, 20n);
});

Deno.test("Behind a proxy, watches that come and go keep nobody from being looked at", async () => {
  const reads = new Reads();
  const fake = new FakeWatches(reads.kv);
  const heartbeat = { intervalMs: 1_000, timeoutMs: 1_000 };
  const received = new Received(await fake.watch({ heartbeat }));
  fake.create(20n, 0n);
  for (let id = 1n; id <= 4n; id++) {
    fake.clock.advance(600);
    const other = await fake.watch({ heartbeat });
    fake.create(20n, id);
    await other.close();
  }
  await microtasks();
  await reads.last.answer(9n);
  await received.done;
  assertInstanceOf(received.error, HistoryLostError);
});
