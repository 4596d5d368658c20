// What calls that share a request are told when it fails, or is too late.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { GRPC_CODE } from "../../../../errors/codes.ts";
import {
  PermissionDeniedError,
  TimeoutError,
  UnavailableError,
} from "../../../../errors/specific_errors.ts";
import { answerAll, batchSubject, sent } from "./_subject.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeClock } from "../../support/_fake_clock.ts";

Deno.test("an error of one operation fails that one alone", async () => {
  const { kv, network } = batchSubject();
  const gets = ["a", "b", "c"].map((key) => kv.get(key));
  const settled = Promise.allSettled(gets);
  await microtasks();
  const denied = new PermissionDeniedError("Cannot get: permission denied", {
    code: "permission_denied",
    grpcCode: GRPC_CODE.permissionDenied,
  });
  network.call(0).succeed();
  network.call(1).fail(denied);
  await microtasks();
  assertEquals(sent(network).slice(2), ["KV.Range: get b", "KV.Range: get c"]);
  network.call(2).fail(denied);
  network.call(3).succeed();
  const outcomes = await settled;
  assertEquals(outcomes.map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
});

Deno.test("a lost request fails each of its calls with an error of its own", async () => {
  const { kv, network } = batchSubject();
  const puts = ["a", "b", "c"].map((key) => kv.put(key, "x"));
  const settled = Promise.allSettled(puts);
  await microtasks();
  network.call(0).succeed();
  network.call(1).fail(
    new UnavailableError("Cannot put: lost; it may have been applied", {
      code: "connection_lost",
      grpcCode: GRPC_CODE.unavailable,
      method: "KV.Txn",
      endpoint: "http://a:1",
      maybeCommitted: true,
    }),
  );
  const [, b, c] = await settled;
  assert(b?.status === "rejected" && c?.status === "rejected");
  assertInstanceOf(b.reason, UnavailableError);
  assertEquals([b.reason.method, b.reason.maybeCommitted, b.reason.endpoint], [
    "KV.Put",
    true,
    "http://a:1",
  ]);
  assert(b.reason !== c.reason);
  assertEquals(network.calls.length, 2);
});

Deno.test("an aborted call leaves the queue, and a batch nobody waits for ends", async () => {
  const { kv, network } = batchSubject();
  const abort = new AbortController();
  const { signal } = abort;
  const first = kv.get("a");
  const two = ["b", "c"].map((key) => kv.get(key, { signal }));
  const settled = Promise.allSettled(two);
  await microtasks();
  const batch = network.call(1);
  assertFalse(batch.options.signal?.aborted);
  abort.abort("enough");
  assertEquals(
    (await settled).map((one) => one.status === "rejected" && one.reason),
    ["enough", "enough"],
  );
  assert(batch.options.signal?.aborted);
  await assertRejects(() => kv.get("d", { signal }));
  network.call(0).succeed();
  await first;
  assertEquals(network.calls.length, 2);
});

Deno.test("an aborted call does not disturb the others of its batch", async () => {
  const { kv, network } = batchSubject();
  const abort = new AbortController();
  const first = kv.get("a");
  const aborted = kv.get("b", { signal: abort.signal });
  const other = kv.get("c");
  const outcome = Promise.allSettled([aborted]);
  await microtasks();
  abort.abort("enough");
  assertEquals((await outcome)[0]?.status, "rejected");
  assertEquals(network.call(1).options.signal, undefined);
  await answerAll(network);
  assertEquals((await other)?.value.text(), "c");
  await first;
});

Deno.test("each call of a batch has a deadline of its own", async () => {
  const clock = new FakeClock();
  const { kv, network } = batchSubject("all", { timeoutMs: 60_000, clock });
  const first = kv.put("a", "");
  const short = kv.put("b", "", { timeoutMs: 30 });
  const long = kv.put("c", "");
  await microtasks();
  clock.advance(50);
  const error = await assertRejects(() => short, TimeoutError);
  assertEquals([error.maybeCommitted, error.method], [true, "KV.Put"]);
  assert(Number(network.call(1).options.timeoutMs) > 50_000);
  await answerAll(network);
  await Promise.all([first, long]);
});

Deno.test("a call that was never sent says so when its time is over", async () => {
  const clock = new FakeClock();
  const { kv, network } = batchSubject("all", { timeoutMs: 40, clock });
  const calls = Array.from({ length: 3 }, () => kv.put("same", ""));
  const outcomes = Promise.allSettled(calls);
  await microtasks();
  clock.advance(60);
  const error = await assertRejects(() => calls[2] ?? Promise.resolve());
  assertInstanceOf(error, TimeoutError);
  assertEquals([error.maybeCommitted, error.retryable], [false, true]);
  await answerAll(network);
  await outcomes;
});

Deno.test("what is no error of etcd's reaches the calls as it is", async () => {
  const { kv, network } = batchSubject();
  const settled = Promise.allSettled(["a", "b", "c"].map((key) => kv.get(key)));
  await microtasks();
  const odd = new Error("odd");
  network.call(0).succeed();
  network.call(1).fail(odd);
  const [, b] = await settled;
  assert(b?.status === "rejected");
  assertStrictEquals(b.reason, odd);
});
