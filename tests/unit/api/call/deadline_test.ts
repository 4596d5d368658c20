// The end of a call at its deadline, wherever it is then.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { CallOptions } from "../../../../api/call/options.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";
import {
  CanceledError,
  TimeoutError,
  UnavailableError,
} from "../../../../errors/specific_errors.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import { A, connected, running, subject } from "./_subject.ts";

Deno.test("RetryingCaller ends a call at its deadline, naming each endpoint's last error", async () => {
  const made = subject("grpc1.23", "ab");
  const got = made.kv.get("k", { timeoutMs: 30 });
  made.network.at("a").down("connection refused");
  await microtasks();
  made.poolClock.advance(30);
  const error = await assertRejects(() => got, UnavailableError);
  assertStrictEquals(
    error.message,
    "Cannot get: no endpoint could be reached within 30 ms (unavailable): " +
      "http://a:2379: connection refused; http://b:2379: connecting",
  );
  assertStrictEquals(error.code, "unavailable");
  assert(error.retryable && !error.maybeCommitted);
  assertEquals(error.attempts, []);
  await made.pool.close();
});

Deno.test("RetryingCaller ends a read at its deadline between two attempts, with the trail", async () => {
  const clock = new FakeClock();
  const made = connected("grpc1.0", "a", clock);
  const got = made.kv.get("k", { timeoutMs: 600 });
  let ended = false;
  got.catch(() => {}).finally(() => ended = true);
  (await running(made)).fail(14, "etcdserver: no leader");
  await microtasks();
  clock.advance(25);
  const second = await running(made);
  // What is left then is less than the 25 ms until a third attempt.
  clock.advance(600 - 25 - 15);
  second.fail(14, "etcdserver: no leader");
  await microtasks();
  clock.advance(14);
  await microtasks();
  assertFalse(ended);
  clock.advance(1);
  const error = await assertRejects(() => got, TimeoutError);
  assertStrictEquals(error.code, "timeout");
  assertStrictEquals(error.endpoint, A);
  assertEquals(
    error.attempts.map(({ code, durationMs }) => [code, durationMs]),
    [
      ["no_leader", 0],
      ["no_leader", 560],
    ],
  );
  assert(error.message.includes("2 attempts"), error.message);
  await made.pool.close();
});

Deno.test("RetryingCaller takes a status 4 at the deadline for its own, an earlier one for the server's", async () => {
  const clock = new FakeClock();
  const made = connected("grpc1.23", "a", clock);
  const early = made.kv.put("k", "v", { timeoutMs: 1_000 });
  const first = await running(made);
  clock.advance(994);
  first.fail(4, "context deadline exceeded");
  const server = await assertRejects(() => early, TimeoutError);
  assertStrictEquals(server.code, "server_deadline_exceeded");
  const late = made.kv.put("k", "v", { timeoutMs: 1_000 });
  const second = await running(made);
  clock.advance(995);
  second.fail(4, "Deadline exceeded");
  const own = await assertRejects(() => late, TimeoutError);
  assertStrictEquals(own.code, "timeout");
  assert(own.maybeCommitted);
  await made.pool.close();
});

Deno.test("RetryingCaller takes a stream that the server resets at the deadline for out of time", async () => {
  const clock = new FakeClock();
  const made = connected("grpc1.23", "a", clock);
  const early = made.kv.put("k", "v", { timeoutMs: 1_000 });
  const first = await running(made);
  clock.advance(994);
  first.resetByServer();
  const canceled = await assertRejects(() => early, CanceledError);
  assertStrictEquals(canceled.code, "canceled");
  const late = made.kv.put("k", "v", { timeoutMs: 1_000 });
  const second = await running(made);
  clock.advance(995);
  second.resetByServer();
  const own = await assertRejects(() => late, TimeoutError);
  assertStrictEquals(own.code, "timeout");
  assertStrictEquals(own.grpcCode, 4);
  assert(own.maybeCommitted);
  await made.pool.close();
});

Deno.test("RetryingCaller refuses a timeout that is none, before anything is sent", async () => {
  const made = connected("grpc1.23");
  for (const timeoutMs of [0, -1, NaN, Infinity, "5", null, true]) {
    const options = { timeoutMs } as CallOptions;
    const error = await assertRejects(
      () => made.kv.put("k", "v", options),
      InvalidOptionError,
      "'timeoutMs'",
    );
    assertStrictEquals(error.value, timeoutMs);
  }
  assertStrictEquals(made.network.at("a").inFlight, 0);
  await made.pool.close();
});
