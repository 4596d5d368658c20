// A stream that goes silent, by a clock that a test turns.
import { assert, assertEquals } from "@std/assert";
import type { WatchState } from "../../../../mod.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches } from "./_fake_watch.ts";

const heartbeat = { intervalMs: 1_000, timeoutMs: 300 };

/** Answers the first question: every watch has caught up. */
function catchUp(fake: FakeWatches): void {
  fake.clock.advance(1_000);
  fake.reply({}, 5n, -1n);
}

Deno.test("A silent stream is asked, and opened again if it does not answer", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { heartbeat });
  catchUp(fake);
  assertEquals(fake.progressRequests, 1);
  fake.clock.advance(1_000);
  assertEquals(fake.progressRequests, 2);
  fake.clock.advance(299);
  await microtasks();
  assertEquals(fake.opener.streams.length, 1);
  fake.clock.advance(1);
  const state = watch.state as WatchState & { kind: "reconnecting" };
  assertEquals(state.kind, "reconnecting");
  assertEquals(
    state.reason.message,
    "Cannot watch: no sign of life from http://fake:1 for 1300 ms (unavailable)",
  );
  assert(fake.opener.streams[0]?.canceled);
  await microtasks();
  fake.clock.advance(0);
  await microtasks();
  assertEquals(fake.opener.streams.length, 2);
  assertEquals(fake.start, 5n);
  await watch.close();
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A stream that answers, or that has events, is left alone", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { heartbeat });
  catchUp(fake);
  for (let round = 0; round < 20; round++) {
    fake.clock.advance(1_200);
    fake.reply({}, 5n, -1n);
  }
  const asked = fake.progressRequests;
  for (let revision = 6n; revision < 30n; revision++) {
    fake.clock.advance(900);
    fake.events([revision]);
  }
  assertEquals(fake.progressRequests, asked);
  assertEquals(watch.state.kind, "live");
  assertEquals(fake.opener.streams.length, 1);
  await watch.close();
});

Deno.test("A stream that catches up is given more time", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { heartbeat, startRevision: 1n });
  // Newer servers do not answer until every watch has caught up.
  fake.clock.advance(1_000 + 2_999);
  assertEquals(watch.state.kind, "live");
  fake.clock.advance(1);
  assertEquals(watch.state.kind, "reconnecting");
  await watch.close();
});

Deno.test("A watch that joins a stream asks for patience again", async () => {
  const fake = new FakeWatches();
  const first = await fake.created(5n, { heartbeat });
  catchUp(fake);
  const second = await fake.created(5n, { heartbeat, startRevision: 1n });
  fake.clock.advance(2_500);
  assertEquals(first.state.kind, "live");
  fake.clock.advance(2_000);
  assertEquals(first.state.kind, "reconnecting");
  await first.close();
  await second.close();
});

Deno.test("A stream that was busy from its start on is not given more time", async () => {
  for (const heartbeat of [undefined, { intervalMs: 1_000, timeoutMs: 300 }]) {
    const fake = new FakeWatches();
    let answers = true;
    let revision = 5n;
    fake.opener.onRequest = ({ progressRequest }) => {
      if (progressRequest && answers) fake.reply({}, revision, -1n);
    };
    const watch = await fake.created(5n, { heartbeat, startRevision: 1n });
    const { intervalMs, timeoutMs } = heartbeat ??
      { intervalMs: 10_000, timeoutMs: 5_000 };
    while (revision < 90n) {
      fake.clock.advance(100);
      fake.events([++revision]);
      await microtasks();
    }
    // It is asked once, until it has answered.
    assertEquals(fake.progressRequests, 1);
    answers = false;
    fake.clock.advance(intervalMs + timeoutMs - 1);
    assertEquals(watch.state.kind, "live");
    fake.clock.advance(1);
    assertEquals(watch.state.kind, "reconnecting");
    await watch.close();
    assertEquals(fake.clock.pending, 0);
  }
});

Deno.test("A stream that cannot answer yet is asked ever less often", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, {
    heartbeat: undefined,
    startRevision: 1n,
  });
  for (let revision = 6n; revision < 606n; revision++) {
    fake.clock.advance(100);
    fake.events([revision]);
  }
  // After 1, 3, 7, 15, 25, 35, 45 and 55 s of 60.
  assertEquals(fake.progressRequests, 8);
  assertEquals(watch.state.kind, "live");
  await watch.close();
});

Deno.test("A stream without a heartbeat is never asked", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { heartbeat: false });
  fake.clock.advance(3_600_000);
  assertEquals(fake.progressRequests, 0);
  assertEquals(watch.state.kind, "live");
  assertEquals(fake.clock.pending, 0);
  await watch.close();
});

Deno.test("A timer that the event loop held up does not condemn the stream", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { heartbeat });
  catchUp(fake);
  fake.clock.advance(1_000);
  // The loop stands still for 5 s; the answer waits in the socket meanwhile.
  fake.clock.stall(5_000);
  assertEquals(watch.state.kind, "live");
  fake.reply({}, 5n, -1n);
  fake.clock.advance(300);
  assertEquals(watch.state.kind, "live");
  await watch.close();
});
