// The end of calls when their pool is closed.
import { assert, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ClientClosedError,
  UnavailableError,
} from "../../../../errors/specific_errors.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { connected, running, subject } from "./_subject.ts";

Deno.test("RetryingCaller ends calls that run and calls that wait when the pool is closed", async () => {
  const made = connected("grpc1.23");
  const write = made.kv.put("k", "v");
  const read = made.kv.get("k");
  await microtasks();
  const other = subject("grpc1.23");
  const waiting = other.kv.get("k", { timeoutMs: 1 });
  waiting.catch(() => {});
  await made.pool.close();
  const lost = await assertRejects(() => write, ClientClosedError);
  assert(lost.maybeCommitted && lost.message.includes("may have been applied"));
  const error = await assertRejects(() => read, ClientClosedError);
  assertStrictEquals(error.code, "client_closed");
  assert(!error.maybeCommitted);
  await assertRejects(
    () => made.kv.get("k"),
    ClientClosedError,
    "Cannot get: the client is closed",
  );
  other.poolClock.advance(1);
  await assertRejects(() => waiting, UnavailableError);
});

Deno.test("RetryingCaller ends a pause between attempts when the pool is closed", async () => {
  const made = connected("grpc1.0");
  const got = made.kv.get("k");
  got.catch(() => {});
  (await running(made)).fail(14, "etcdserver: no leader");
  await microtasks();
  await made.pool.close();
  await assertRejects(() => got, ClientClosedError);
});
