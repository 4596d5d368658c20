// Bad input of the recipes whose keys are Go's: told before anything is sent.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, InvalidOptionError, type Session } from "../../../mod.ts";
import {
  barrier,
  doubleBarrier,
  priorityQueue,
  rwLock,
  text,
} from "../../../recipes/mod.ts";

type Make = (ks: unknown, name: unknown, options?: unknown) => unknown;

const MAKE: Readonly<Record<string, Make>> = {
  rwLock: rwLock as Make,
  barrier: barrier as Make,
  doubleBarrier: doubleBarrier as Make,
  priorityQueue: priorityQueue as Make,
};
/** What each of them has to be given. */
const NEEDED: Readonly<Record<string, object>> = {
  doubleBarrier: { count: 2 },
  priorityQueue: { codec: text },
};
const SESSION = {
  lease: {},
  signal: new AbortController().signal,
} as unknown as Session;

/** Of all of them: the option, and what is given for it. */
const BAD: readonly (readonly [string, unknown, object])[] = [
  ["name", "", {}],
  ["name", new Uint8Array(), {}],
  ["name", "__jobs", {}],
  ["name", 5, {}],
  ["name", "half \ud800", {}],
  ["ttlSeconds", "n", { ttlSeconds: 0 }],
  ["ttlSeconds", "n", { ttlSeconds: 5, session: SESSION }],
  ["session", "n", { session: null }],
  ["session", "n", { session: {} }],
  ["ttlMs", "n", { ttlMs: 5 }],
];
const BAD_OF: readonly (readonly [string, string, unknown])[] = [
  ["rwLock", "options", null],
  ["barrier", "options", new AbortController()],
  ["doubleBarrier", "count", undefined],
  ["doubleBarrier", "count", {}],
  ["doubleBarrier", "count", { count: 0 }],
  ["doubleBarrier", "count", { count: 1.5 }],
  ["doubleBarrier", "count", { count: 2n }],
  ["priorityQueue", "codec", undefined],
  ["priorityQueue", "codec", { codec: "json" }],
];

/** Has no endpoint that answers: whatever is sent would fail otherwise. */
function newClient(): Client {
  return new Client({ endpoints: "http://127.0.0.1:1" });
}

for (const [method, make] of Object.entries(MAKE)) {
  Deno.test(`${method}() names what is wrong, before anything is sent`, async () => {
    await using client = newClient();
    const refuses = (option: string, call: () => unknown) => {
      const error = assertThrows(call, InvalidOptionError);
      assertEquals([error.method, error.option], [method, option]);
    };
    for (const [option, name, options] of BAD) {
      refuses(
        option,
        () => make(client, name, { ...NEEDED[method], ...options }),
      );
    }
    for (const [of, option, options] of BAD_OF) {
      if (of === method) refuses(option, () => make(client, "n", options));
    }
    for (const ks of [undefined, null, {}, "client"]) {
      refuses("ks", () => make(ks, "n", NEEDED[method]));
    }
    assertEquals(client.balancer.dials, 0);
  });
}

Deno.test("the methods of Go's recipes name themselves and a bad option, and send nothing", async () => {
  await using client = newClient();
  await using locks = rwLock(client, "n");
  await using gate = barrier(client, "n");
  await using meeting = doubleBarrier(client, "n", { count: 2 });
  await using jobs = priorityQueue(client, "n", { codec: text });
  const bad = { timeoutMs: -1 };
  const priority = (value: unknown) =>
    jobs.enqueue("x", { priority: value as number });
  const calls: readonly (readonly [string, string, () => unknown])[] = [
    ["RwLock.readLock", "timeoutMs", () => locks.readLock(bad)],
    ["RwLock.tryReadLock", "timeoutMs", () => locks.tryReadLock(bad)],
    ["RwLock.writeLock", "timeoutMs", () => locks.writeLock(bad)],
    ["RwLock.tryWriteLock", "timeoutMs", () => locks.tryWriteLock(bad)],
    ["Barrier.hold", "timeoutMs", () => gate.hold(bad)],
    ["Barrier.hold", "lease", () => gate.hold({ lease: 5 as never })],
    ["Barrier.release", "timeoutMs", () => gate.release(bad)],
    ["Barrier.wait", "timeoutMs", () => gate.wait(bad)],
    ["DoubleBarrier.enter", "timeoutMs", () => meeting.enter(bad)],
    ["PriorityQueue.dequeue", "timeoutMs", () => jobs.dequeue(bad)],
    ["PriorityQueue.items", "limit", () => jobs.items({ limit: 1 } as never)],
    ["PriorityQueue.enqueue", "priority", () => jobs.enqueue("x", {} as never)],
    ["PriorityQueue.enqueue", "priority", () => priority(undefined)],
    ["PriorityQueue.enqueue", "priority", () => priority(-1)],
    ["PriorityQueue.enqueue", "priority", () => priority(65_536)],
    ["PriorityQueue.enqueue", "priority", () => priority(1.5)],
    ["PriorityQueue.enqueue", "priority", () => priority("1")],
    ["PriorityQueue.enqueue", "priority", () => priority(1n)],
  ];
  for (const [method, option, call] of calls) {
    const error = await assertRejects(
      // deno-lint-ignore require-await
      async () => call(),
      InvalidOptionError,
    );
    assertEquals([error.method, error.option], [method, option]);
  }
  assertEquals(client.balancer.dials, 0);
});
