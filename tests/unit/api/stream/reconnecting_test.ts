// The life of a stream that is opened again and again, by a clock a test turns.
import { assert, assertEquals } from "@std/assert";
import { ReconnectingStream } from "../../../../api/stream/_reconnecting.ts";
import type {
  LeaderRequestInit,
  LeaderResponseInit,
} from "../../../../proto/gen/messages.ts";
import { methods } from "../../../../proto/methods.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeOpener, unavailable } from "./_fake_opener.ts";

const DENIED = createError("Cannot do that: denied", {
  code: "permission_denied",
});

/** A reconnecting stream, and what it has told. */
function reconnecting(told: Partial<Record<string, () => void>> = {}) {
  const clock = new FakeClock();
  const fake = new FakeOpener<LeaderRequestInit, LeaderResponseInit>(
    "v3electionpb.LeaderResponse",
  );
  const log: string[] = [];
  const tell = (what: string) => {
    log.push(what);
    told[what]?.();
  };
  const stream = new ReconnectingStream(methods.election.observe, {
    opener: fake.opener,
    clock,
    action: "observe",
    requireLeader: true,
    listener: {
      onOpen: () => tell("open"),
      onMessage: () => tell("message"),
      onEnd: ({ code }) => tell(code),
      onFailed: (error) => tell(`failed: ${(error as Error).message}`),
      onWait: (limit) => tell(`waits: ${limit?.maxStreams}`),
    },
  });
  return { clock, fake, log, stream };
}

Deno.test("ReconnectingStream goes from idle over opening to open, and to waiting when it ends", async () => {
  const { clock, fake, log, stream } = reconnecting();
  assertEquals(stream.kind, "idle");
  stream.start();
  stream.start();
  assertEquals([stream.kind, stream.current], ["opening", undefined]);
  await microtasks();
  assertEquals([stream.kind, fake.streams.length], ["open", 1]);
  const { endpoint } = fake.last;
  assertEquals(stream.current?.endpoint, endpoint);
  fake.last.reply({});
  fake.last.end();
  assertEquals([stream.kind, stream.current], ["waiting", undefined]);
  stream.start();
  clock.advance(0);
  await microtasks();
  assertEquals([stream.kind, fake.streams.length], ["open", 2]);
  assertEquals(fake.last.settings.avoid, endpoint);
  assertEquals(log, ["open", "message", "unavailable", "open"]);
  stream.stop();
  assert(fake.last.canceled);
  assertEquals([stream.kind, clock.pending], ["idle", 0]);
});

Deno.test("ReconnectingStream opens at once after a long life, and less often after short ones", async () => {
  const { clock, fake, stream } = reconnecting();
  stream.start();
  const waits: number[] = [];
  for (let ends = 0; ends < 4; ends++) {
    await microtasks();
    fake.last.end();
    const from = clock.now();
    const count = fake.streams.length;
    while (fake.streams.length === count) {
      clock.advance(10);
      await microtasks();
    }
    waits.push(clock.now() - from);
  }
  assertEquals(waits.toSorted((one, other) => one - other), waits);
  assert((waits.at(-1) ?? 0) > 100, `${waits}`);
  clock.advance(1_000);
  fake.last.end();
  clock.advance(0);
  await microtasks();
  assertEquals(fake.streams.length, 6);
  stream.stop();
});

for (
  const [when, meanwhile] of [
    ["opening", () => {}],
    ["open", () => microtasks()],
  ] as const
) {
  Deno.test(`ReconnectingStream that is stopped while ${when} tells nothing, and may be started again`, async () => {
    const { clock, fake, log, stream } = reconnecting();
    stream.start();
    await meanwhile();
    const before = log.length;
    stream.stop();
    await microtasks();
    assertEquals(fake.streams.filter(({ live }) => live), []);
    assertEquals([stream.kind, log.length, clock.pending], ["idle", before, 0]);
    stream.start();
    await microtasks();
    assertEquals([stream.kind, log.at(-1)], ["open", "open"]);
    stream.stop();
  });
}

Deno.test("ReconnectingStream that ends as it is opened is opened again, and never open", async () => {
  const { clock, fake, log, stream } = reconnecting();
  fake.endsEarly = true;
  stream.start();
  await microtasks();
  assertEquals([stream.kind, log], ["waiting", ["unavailable"]]);
  fake.endsEarly = false;
  clock.advance(0);
  await microtasks();
  assertEquals([stream.kind, log], ["open", ["unavailable", "open"]]);
  stream.stop();
});

Deno.test("ReconnectingStream may be stopped by who is told of an end", async () => {
  const { clock, fake, log, stream } = reconnecting({
    unavailable: () => stream.stop(),
  });
  stream.start();
  await microtasks();
  fake.last.end();
  assertEquals([stream.kind, clock.pending], ["idle", 0]);
  assertEquals(log, ["open", "unavailable"]);
});

Deno.test("ReconnectingStream is given up by its owner as by its server", async () => {
  const { clock, fake, log, stream } = reconnecting();
  stream.abandon(unavailable());
  assertEquals(stream.kind, "idle");
  stream.start();
  await microtasks();
  const first = fake.last;
  stream.abandon(unavailable());
  assert(first.canceled);
  clock.advance(0);
  await microtasks();
  assertEquals(log, ["open", "unavailable", "open"]);
  assertEquals(fake.last.settings.avoid, first.endpoint);
  stream.stop();
});

Deno.test("ReconnectingStream fails where no stream is to be had, and after an end for good", async () => {
  const { clock, fake, log, stream } = reconnecting();
  fake.refusal = DENIED;
  stream.start();
  await microtasks();
  fake.refusal = undefined;
  stream.start();
  await microtasks();
  fake.last.end(DENIED);
  const failed = "failed: Cannot do that: denied";
  assertEquals(log, [failed, "open", failed]);
  assertEquals([stream.kind, clock.pending], ["idle", 0]);
});

Deno.test("ReconnectingStream tells how many streams its endpoint allows while it waits for one", async () => {
  const { fake, log, stream } = reconnecting();
  fake.held = true;
  const limit = { endpoint: "http://fake", maxStreams: 7 };
  const open = fake.open.bind(fake);
  fake.open = (method, settings, listener) => {
    settings.onWait?.(limit);
    return open(method, settings, listener).finally(() =>
      settings.onWait?.(undefined)
    );
  };
  stream.start();
  assertEquals([stream.kind, stream.limit], ["opening", limit]);
  fake.release();
  await microtasks();
  assertEquals([stream.kind, stream.limit], ["open", undefined]);
  assertEquals(log, ["waits: 7", "waits: undefined", "open"]);
  stream.stop();
});
