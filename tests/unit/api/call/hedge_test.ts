// Reads that are late are sent a second time; the first answer counts.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { CallOutcome } from "../../../../balancers/evidence.ts";
import { EtcdError } from "../../../../errors/etcd_error.ts";
import {
  ClientClosedError,
  TimeoutError,
} from "../../../../errors/specific_errors.ts";
import { methods } from "../../../../proto/methods.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { B, LATE_MS, lateSubject } from "./_late_strategy.ts";
import { A } from "./_subject.ts";

/** RangeResponse { kvs: [{ key: "k", value }] } */
function reply(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  const kv = [10, 1, 107, 42, bytes.length, ...bytes];
  return Uint8Array.of(18, kv.length, ...kv);
}

Deno.test("a late read is sent to another member, whose answer counts; the first call is cancelled", async () => {
  const made = lateSubject();
  const { strategy, network, clock, events } = made;
  const outcomes: CallOutcome[] = [];
  strategy.onReport = (outcome) => outcomes.push(outcome);
  const got = made.kv.get("k");
  await microtasks();
  const first = network.at("a").call;
  clock.advance(LATE_MS + 50);
  assertEquals(
    strategy.late.map(({ method, repeatable }) => [method, repeatable]),
    [["KV.Range", true]],
  );
  assertEquals(
    strategy.infos.map(({ attempt, tried }) => [attempt, tried.length]),
    [[1, 0], [2, 1]],
  );
  const second = network.at("b").call;
  assertEquals(second.request, first.request);
  second.reply(reply("of b"));
  assertStrictEquals((await got)?.value.text(), "of b");
  assert(first.canceled && !second.canceled);
  // One that was called off is no evidence.
  assertEquals(
    outcomes.map((
      { connection, blame, provesQuorum },
    ) => [connection.endpoint, blame, provesQuorum]),
    [[B, "none", true]],
  );
  assertEquals(events.filter(({ type }) => type === "hedged"), [
    { type: "hedged", endpoint: A, to: B },
  ]);
  await made.pool.close();
});

Deno.test("a late read whose first answer comes first after all cancels the second", async () => {
  const made = lateSubject();
  const { network, clock } = made;
  const got = made.kv.get("k");
  await microtasks();
  clock.advance(LATE_MS + 50);
  const second = network.at("b").call;
  network.at("a").call.reply(reply("of a"));
  assertStrictEquals((await got)?.value.text(), "of a");
  assert(second.canceled);
  await made.pool.close();
});

Deno.test("a write is told as late, and never sent twice", async () => {
  const made = lateSubject();
  const { network, clock, strategy } = made;
  const put = made.kv.put("k", "v");
  await microtasks();
  clock.advance(LATE_MS + 50);
  assertEquals(
    strategy.late.map(({ method, repeatable }) => [method, repeatable]),
    [["KV.Put", false]],
  );
  assertStrictEquals(network.at("b").calls.size, 0);
  network.at("a").call.reply(new Uint8Array());
  await put;
  await made.pool.close();
});

Deno.test("a late read that the strategy lets wait is sent once", async () => {
  const made = lateSubject();
  made.strategy.says = "wait";
  const got = made.kv.get("k");
  await microtasks();
  made.clock.advance(2_000);
  assertStrictEquals(made.strategy.late.length, 1);
  assertStrictEquals(made.network.at("b").calls.size, 0);
  made.network.at("a").call.reply(reply("x"));
  await got;
  await made.pool.close();
});

Deno.test("a failure while the other call runs is kept in the trail, and told to the strategy", async () => {
  const made = lateSubject();
  const { network, clock, strategy } = made;
  const outcomes: CallOutcome[] = [];
  strategy.onReport = (outcome) => outcomes.push(outcome);
  const got = made.kv.get("k");
  await microtasks();
  clock.advance(LATE_MS + 50);
  network.at("a").call.fail(14, "etcdserver: no leader");
  await microtasks();
  network.at("b").call.fail(3, "etcdserver: key is not provided");
  const error = await assertRejects(() => got, EtcdError);
  assertEquals(
    error.attempts.map(({ endpoint, code }) => [endpoint, code]),
    [[A, "no_leader"], [B, "empty_key"]],
  );
  assertEquals(
    outcomes.map(({ connection, blame }) => [connection.endpoint, blame]),
    [[A, "member"], [B, "call"]],
  );
  await made.pool.close();
});

Deno.test("both calls of a late read end with its deadline", async () => {
  const made = lateSubject();
  const { network, clock } = made;
  const got = made.kv.get("k", { timeoutMs: 1_000 });
  await microtasks();
  const first = network.at("a").call;
  clock.advance(LATE_MS + 50);
  const second = network.at("b").call;
  assertStrictEquals(first.settings.timeoutMs, 1_000);
  // What is left of it.
  assertStrictEquals(second.settings.timeoutMs, 1_000 - LATE_MS);
  clock.advance(1_000);
  first.fail(4);
  second.fail(4);
  const error = await assertRejects(() => got, TimeoutError);
  assertStrictEquals(error.attempts.length, 2);
  await made.pool.close();
});

Deno.test("an abort ends both calls of a late read", async () => {
  const made = lateSubject();
  const { network, clock } = made;
  const abort = new AbortController();
  const got = made.kv.get("k", { signal: abort.signal });
  await microtasks();
  const first = network.at("a").call;
  clock.advance(LATE_MS + 50);
  const second = network.at("b").call;
  const reason = new Error("enough");
  abort.abort(reason);
  assertStrictEquals(await got.catch((error) => error), reason);
  assert(first.canceled && second.canceled);
  await made.pool.close();
});

Deno.test("a read leaves a connection that is vacated, and goes on elsewhere; a write stays", async () => {
  const made = lateSubject();
  const { network, strategy, clock } = made;
  const outcomes: CallOutcome[] = [];
  strategy.onReport = (outcome) => outcomes.push(outcome);
  const got = made.kv.get("k");
  const put = made.kv.put("k", "v");
  await microtasks();
  const [a] = strategy.pool.connections;
  assert(a);
  strategy.pool.vacate(a);
  await microtasks();
  assertEquals([...network.at("a").calls].map(({ path }) => path), [
    methods.kv.put.path,
  ]);
  // Leaving says nothing that the strategy does not know.
  assertEquals(outcomes, []);
  clock.advance(100);
  await microtasks();
  network.at("b").call.reply(reply("of b"));
  assertStrictEquals((await got)?.value.text(), "of b");
  network.at("a").call.reply(new Uint8Array());
  await put;
  await made.pool.close();
});

Deno.test("a client that is closed ends both calls of a late read", async () => {
  const made = lateSubject();
  const got = made.kv.get("k");
  await microtasks();
  made.clock.advance(LATE_MS + 50);
  assertStrictEquals(made.network.at("b").calls.size, 1);
  await Promise.all([
    assertRejects(() => got, ClientClosedError),
    made.pool.close(),
  ]);
  assertStrictEquals(made.network.at("b").calls.size, 0);
});

Deno.test("a stall of the event loop makes no call late that was answered meanwhile", async () => {
  const made = lateSubject();
  const { network, clock, strategy } = made;
  const got = made.kv.get("k");
  await microtasks();
  // The look falls due amid the stall, and runs before the answers are read.
  clock.stall(LATE_MS * 5);
  assertEquals(strategy.late, []);
  network.at("a").call.reply(reply("x"));
  await got;
  clock.advance(1_000);
  assertEquals(strategy.late, []);
  await made.pool.close();
});
