// One stream for many watches: what ends one of them, and what none.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  CanceledError,
  ClientClosedError,
  CompactedError,
  PermissionDeniedError,
  type WatchState,
} from "../../mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { createError } from "../../errors/specific_errors.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import { fromBigInt } from "../../proto/int64.ts";
import { unavailable } from "./_fake_opener.ts";
import { microtasks } from "./_fake_transport.ts";
import { FakeWatches, put, Received } from "./_fake_watch.ts";

const DENIED = "rpc error: code = PermissionDenied desc = " +
  "etcdserver: permission denied";
const closed = new ClientClosedError("Cannot watch: the client is closed", {
  code: "client_closed",
});

Deno.test("Watches share a stream, and are created in order without waiting", async () => {
  const fake = new FakeWatches();
  fake.opener.held = true;
  const watches = await Promise.all(
    [1n, 2n, 3n].map((startRevision) => fake.watch({ startRevision })),
  );
  assertEquals(fake.opener.streams.length, 0);
  fake.opener.release();
  await microtasks();
  watches.push(await fake.watch({ startRevision: 4n }));
  assertEquals(fake.opener.streams.length, 1);
  assertEquals(fake.creates.map(({ start }) => start), [1n, 1n, 2n, 3n]);
  const ids = fake.creates.map(({ id }) => id);
  assertEquals(new Set(ids).size, 4);
  assert(ids.every((id) => id > 0n));
  for (const watch of watches) await watch.close();
  assert(fake.opener.last.canceled);
});

Deno.test("Watches with and without a leader required have streams of their own", async () => {
  const fake = new FakeWatches();
  const one = await fake.watch();
  const two = await fake.watch({ requireLeader: false });
  assertEquals(
    fake.opener.streams.map(({ settings }) => settings.requireLeader),
    [true, false],
  );
  await one.close();
  assert(fake.opener.streams[0]?.canceled);
  assert(!fake.opener.last.canceled);
  await two.close();
});

Deno.test("A watch that is created and canceled at once ends alone (pitfall 8)", async () => {
  for (const answered of [-1n, undefined]) {
    const fake = new FakeWatches();
    const denied = await fake.watch();
    const allowed = await fake.watch();
    const [first = 0n, second = 0n] = fake.creates.map(({ id }) => id);
    const failed = new Received(denied);
    const received = new Received(allowed);
    fake.reply(
      { created: true, canceled: true, cancelReason: DENIED },
      5n,
      answered ?? first,
    );
    fake.create(5n, second);
    fake.events([6n], second);
    const later = await fake.watch();
    fake.create(6n);
    assertEquals((await later.ready).revision, 6n);
    await failed.done;
    assertInstanceOf(failed.error, PermissionDeniedError);
    await assertRejects(() => denied.ready, PermissionDeniedError);
    assertEquals(received.revisions, [[6n]]);
    assertEquals(fake.opener.streams.length, 1);
    await allowed.close();
    await later.close();
  }
});

Deno.test("A watch that the server cancels tells why, also without a reason (#75)", async () => {
  const fake = new FakeWatches();
  const other = await fake.created(5n);
  for (
    const [cancelReason, code] of [
      ["", "canceled"],
      ["etcdserver: user name not found", "user_not_found"],
    ] as const
  ) {
    const watch = await fake.created(5n);
    const received = new Received(watch);
    fake.events([6n]);
    fake.reply({ canceled: true, cancelReason }, 6n);
    await received.done;
    assertEquals(received.revisions, [[6n]]);
    assertEquals((received.error as EtcdError).code, code);
    assert(watch.state.kind === "closed");
    assertStrictEquals(watch.state.reason, received.error);
  }
  assertEquals(other.state.kind, "live");
  assertEquals(fake.cancels, []);
  await other.close();
});

Deno.test("A watch of a compacted revision ends with the one left (#68, #69)", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(90n, { startRevision: 10n });
  const received = new Received(watch);
  fake.reply({ canceled: true, compactRevision: fromBigInt(40n) }, 90n);
  await received.done;
  assertInstanceOf(received.error, CompactedError);
  assertEquals(received.error.compactRevision, 40n);
});

Deno.test("Closing a watch cancels it on the server, the last one the stream", async () => {
  const fake = new FakeWatches();
  const one = await fake.created(5n);
  const id = fake.id;
  const two = await fake.created(5n);
  await one.close();
  await one.close();
  assertEquals(fake.cancels, [id]);
  // What was on its way, and the server's answer, are nobody's any more.
  fake.events([6n], id);
  fake.reply({ canceled: true }, 6n, id);
  assertEquals(two.state.kind, "live");
  await two.close();
  assert(fake.opener.last.canceled);
  // Another one starts over.
  const three = await fake.watch();
  assertEquals(fake.opener.streams.length, 2);
  await three.close();
});

Deno.test("A watch closed while it connects leaves nothing behind", async () => {
  const fake = new FakeWatches();
  fake.opener.held = true;
  const watch = await fake.watch();
  const received = new Received(watch);
  await watch.close();
  await received.done;
  assertEquals(received.error, undefined);
  await assertRejects(() => watch.ready, CanceledError);
  fake.opener.release();
  await microtasks();
  assertEquals(fake.opener.streams.length, 0);
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A consumer that throws or leaves ends its own watch only", async () => {
  const fake = new FakeWatches();
  const other = await fake.created(5n);
  const leaving = await fake.created(5n);
  fake.events([6n]);
  for await (const { events } of leaving) {
    assertEquals(events.length, 1);
    break;
  }
  assertEquals(leaving.state.kind, "closed");
  const throwing = await fake.created(6n);
  fake.events([7n]);
  const mistake = new Error("the consumer's");
  const thrown = await assertRejects(async () => {
    for await (const event of throwing.events()) {
      assertEquals(event.kv.modRevision, 7n);
      throw mistake;
    }
  });
  assertStrictEquals(thrown, mistake);
  assertEquals(throwing.state.kind, "closed");
  assertEquals(other.state.kind, "live");
  assertEquals(fake.cancels.length, 2);
  await other.close();
});

Deno.test("Two readers of one watch share its batches, and both end", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const readers = [new Received(watch), new Received(watch)];
  for (const revision of [6n, 7n, 8n, 9n]) {
    fake.events([revision]);
    await microtasks();
  }
  await watch.close();
  await Promise.all(readers.map(({ done }) => done));
  const all = readers.flatMap(({ revisions }) => revisions.flat());
  assertEquals(all.sort(), [6n, 7n, 8n, 9n]);
});

Deno.test("An abort ends the iteration with the reason as given", async () => {
  const fake = new FakeWatches();
  for (const reason of [new Error("enough"), "enough", null]) {
    const abort = new AbortController();
    const watch = await fake.created(5n, { signal: abort.signal });
    const received = watch[Symbol.asyncIterator]().next();
    abort.abort(reason);
    const thrown: unknown = await received.then(
      () => "it did not throw",
      (error) => error,
    );
    assertStrictEquals(thrown, reason);
    assertStrictEquals((watch.state as { reason: unknown }).reason, reason);
    assert(fake.opener.last.canceled);
  }
  const aborted = AbortSignal.abort("before");
  const thrown = await fake.watch({ signal: aborted }).catch((error) => error);
  assertStrictEquals(thrown, "before");
});

Deno.test("Closing the client ends every watch, one that is paused as well", async () => {
  const fake = new FakeWatches();
  const live = await fake.created(5n);
  const paused = await fake.created(5n, { buffer: { events: 1 } });
  fake.events([6n]);
  assertEquals(paused.state.kind, "paused");
  const received = new Received(live);
  fake.facet.close(closed);
  await received.done;
  assertStrictEquals(received.error, closed);
  assertEquals([live.state.kind, paused.state.kind], ["closed", "closed"]);
  const rest = new Received(paused);
  await rest.done;
  assertEquals(rest.revisions, [[6n]]);
  assertStrictEquals(rest.error, closed);
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A stream that ends at once, again and again, is opened ever less often", async () => {
  const fake = new FakeWatches();
  const watch = await fake.watch({ startRevision: 5n });
  const openedAt: number[] = [];
  for (let round = 0; round < 12; round++) {
    openedAt.push(fake.clock.now());
    const opened = fake.opener.streams.length;
    fake.opener.last.end();
    while (fake.opener.streams.length === opened) {
      fake.clock.advance(5);
      await microtasks();
    }
    assertEquals(fake.start, 4n);
  }
  const waits = openedAt.slice(1)
    .map((at, index) => at - (openedAt[index] ?? 0));
  // At once, then 50 ms doubled each time, up to 1 s; 5 ms is our step.
  assertEquals(
    waits.map((ms) => Math.round(ms / 50) * 50).slice(0, 6),
    [0, 50, 100, 200, 400, 800],
  );
  assertEquals(waits.slice(-3), [1_000, 1_000, 1_000]);
  // One that has lasted is opened again at once.
  fake.clock.advance(1_000);
  fake.opener.last.end();
  fake.clock.advance(0);
  await microtasks();
  assertEquals(fake.opener.streams.length, 14);
  await watch.close();
});

Deno.test("An end that another attempt cannot change ends every watch", async () => {
  const FINAL = ["permission_denied", "invalid_auth_token", "unsupported"];
  for (const code of FINAL) {
    const fake = new FakeWatches();
    const watches = [await fake.created(5n), await fake.created(5n)];
    const received = watches.map((watch) => new Received(watch));
    const error = createError(`Cannot watch: ${code}`, {
      code: code as ErrorCode,
    });
    fake.opener.last.end(error);
    for (const one of received) {
      await one.done;
      assertStrictEquals(one.error, error);
    }
    assertEquals(fake.clock.pending, 0);
  }
});

Deno.test("A listener may start and close watches when it is told of a loss", async () => {
  const fake = new FakeWatches();
  const started: unknown[] = [];
  const again = (state: WatchState) => {
    if (state.kind !== "reconnecting") return;
    started.push(fake.facet.watch("k", { heartbeat: false }));
    second.close();
  };
  const first = await fake.created(5n, { onStateChange: again });
  const second = await fake.created(5n);
  await fake.drop();
  assertEquals(started.length, 1);
  assertEquals(second.state.kind, "closed");
  // One stream, with those two that are left.
  assertEquals(fake.opener.streams.length, 2);
  assertEquals(fake.creates.map(({ start }) => start), [5n, 0n]);
  assert(first.state.kind === "reconnecting");
  fake.facet.close(closed);
});

Deno.test("A listener may start a watch when it is told of the last one's end", async () => {
  const fake = new FakeWatches();
  let next: { readonly ready: Promise<unknown> } | undefined;
  await fake.created(5n, {
    onStateChange: ({ kind }) => {
      if (kind === "closed") {
        next = fake.facet.watch("k", { heartbeat: false });
      }
    },
  });
  fake.opener.last.end(
    createError("Cannot watch: denied", { code: "permission_denied" }),
  );
  await microtasks();
  assertEquals(fake.opener.streams.length, 2);
  fake.create(7n);
  await next?.ready;
  fake.facet.close(closed);
});

Deno.test("requestProgress() is answered after a reconnect, and fails on close", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const asked = watch.requestProgress();
  assertEquals(fake.progressRequests, 1);
  await fake.drop();
  assertEquals(fake.progressRequests, 1);
  fake.reply({}, 30n, -1n);
  assertEquals(await asked, 30n);
  const other = await fake.created(6n);
  const never = watch.requestProgress();
  const kept = other.requestProgress();
  await watch.close();
  await assertRejects(() => never, CanceledError);
  await assertRejects(() => watch.requestProgress(), CanceledError);
  fake.facet.close(closed);
  assertStrictEquals(
    await assertRejects(() => kept, ClientClosedError),
    closed,
  );
  assertEquals(fake.clock.pending, 0);
});

Deno.test("requestProgress() asks again while the server does not answer", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const asked = watch.requestProgress();
  fake.clock.advance(700);
  assertEquals(fake.progressRequests, 4);
  fake.reply({}, 30n, -1n);
  assertEquals(await asked, 30n);
  fake.clock.advance(10_000);
  assertEquals(fake.progressRequests, 4);
  await watch.close();
});

Deno.test("A watch that is told of a broken message resumes", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const received = new Received(watch);
  fake.reply({ events: [put(6n), { type: 0 }] }, 6n);
  fake.opener.last.end(unavailable("broken"));
  await fake.reopen();
  assertEquals(fake.start, 6n);
  await watch.close();
  await received.done;
  assertEquals(received.revisions, [[6n]]);
});
