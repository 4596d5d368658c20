import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  type Picked,
  PickQueue,
  type Tried,
  type Waited,
  type WaitOptions,
} from "../../../../balancers/pool/_pick_queue.ts";
import { PooledConnection } from "../../../../balancers/pool/_pooled_connection.ts";
import type { PickInfo } from "../../../../balancers/strategy.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import {
  endpoint,
  FakeNetwork,
  FakeTransport,
  microtasks,
} from "../transport/_fake_transport.ts";

const FOREVER: WaitOptions = { timeoutMs: Infinity, signal: undefined };

function info(method: string): PickInfo {
  return { kind: "unary", method, attempt: 1, tried: [] };
}

function picked(epoch: number): Picked {
  const connection = new PooledConnection(endpoint("a"), {
    dial: new FakeNetwork().dial,
    dialTimeoutMs: 1,
    clock: new FakeClock(),
    pool: {},
    nextEpoch: () => 1,
    onDial() {},
    onChange() {},
  });
  const events = { onReady() {}, onDown() {}, onGone() {} };
  const transport = new FakeTransport("a", 1, events);
  return { action: "use", connection, transport, epoch };
}

/** A queue that serves the methods named in `answers`. */
function queue(answers: Map<string, Tried>): {
  readonly picks: PickQueue;
  readonly tried: string[];
  readonly clock: FakeClock;
} {
  const clock = new FakeClock();
  const tried: string[] = [];
  const picks = new PickQueue(clock, ({ method }) => {
    tried.push(method);
    return answers.get(method) ?? { action: "wait" };
  });
  return { picks, tried, clock };
}

Deno.test("PickQueue.retry() tries all in the order they came, and keeps those that still wait", async () => {
  const answers = new Map<string, Tried>();
  const { picks, tried } = queue(answers);
  const settled: string[] = [];
  const waits = ["one", "two", "three"].map(async (method) => {
    await picks.wait(info(method), FOREVER);
    settled.push(method);
  });
  picks.retry();
  assertEquals(tried, ["one", "two", "three"]);
  answers.set("three", picked(3)).set("one", picked(1));
  picks.retry();
  await microtasks();
  assertEquals(settled, ["one", "three"]);
  tried.length = 0;
  answers.set("two", picked(2));
  picks.retry();
  picks.retry();
  assertEquals(tried, ["two"]);
  await Promise.all(waits);
});

Deno.test("PickQueue.wait() gives what the try gave", async () => {
  const use = picked(7);
  const error = new Error("no");
  const answers = new Map<string, Tried>([
    ["use", use],
    ["fail", { action: "fail", error }],
  ]);
  const { picks } = queue(answers);
  const used = picks.wait(info("use"), FOREVER);
  const failed = picks.wait(info("fail"), FOREVER);
  picks.retry();
  assertStrictEquals(await used, use);
  assertEquals(await failed, { action: "fail", error });
});

Deno.test("PickQueue.fail() ends all waits with the error", async () => {
  const { picks } = queue(new Map());
  const error = new RangeError("a strategy's mistake");
  const waits = [
    picks.wait(info("one"), FOREVER),
    picks.wait(info("two"), FOREVER),
  ];
  assert(picks.waiting);
  picks.fail(error);
  assertEquals(await Promise.all(waits), [
    { action: "fail", error },
    { action: "fail", error },
  ]);
  assert(!picks.waiting);
});

Deno.test("PickQueue.wait() ends at its timeout", async () => {
  const { picks, tried, clock } = queue(new Map());
  for (const timeoutMs of [15, 0, -5]) {
    const results: Waited[] = [];
    picks.wait(info("x"), { timeoutMs, signal: undefined })
      .then((result) => results.push(result));
    clock.advance(timeoutMs - 1);
    await microtasks();
    assertEquals(results, [], `${timeoutMs} ms are not over`);
    clock.advance(1);
    await microtasks();
    assertEquals(results, [{ action: "timeout" }], `after ${timeoutMs} ms`);
  }
  picks.retry();
  assertEquals(tried, [], "nobody waits any more");
});

Deno.test("PickQueue.wait() ends when its signal is aborted", async () => {
  const { picks, tried } = queue(new Map());
  const controller = new AbortController();
  const { signal } = controller;
  const result = picks.wait(info("x"), { timeoutMs: Infinity, signal });
  controller.abort();
  assertEquals(await result, { action: "aborted" });
  picks.retry();
  assertEquals(tried, []);
});

Deno.test("PickQueue.wait() ends at once when its signal is aborted already", async () => {
  const { picks, tried } = queue(new Map());
  const result = await picks.wait(info("x"), {
    timeoutMs: 1_000,
    signal: AbortSignal.abort(),
  });
  assertEquals(result, { action: "aborted" });
  picks.retry();
  assertEquals(tried, []);
});

Deno.test("PickQueue.close() ends all waits", async () => {
  const { picks } = queue(new Map());
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [
    picks.wait(info("one"), FOREVER),
    picks.wait(info("two"), { timeoutMs: 60_000, signal }),
  ];
  picks.close();
  assertEquals(await Promise.all(waits), [
    { action: "closed" },
    { action: "closed" },
  ]);
});
