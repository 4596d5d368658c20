// Calls and the pin of grpc1.7, which moves while they are made.
import { assertRejects, assertStrictEquals } from "@std/assert";
import { TimeoutError } from "../../../../errors/specific_errors.ts";
import {
  endpoint,
  type FakeCall,
  microtasks,
} from "../../balancers/transport/_fake_transport.ts";
import { connected, next, OK, running, type Subject } from "./_subject.ts";

Deno.test("RetryingCaller moves a read off the member that fails, under grpc1.7", async () => {
  const made = connected("grpc1.7", "ab");
  const got = made.kv.get("k");
  (await running(made)).fail(14, "etcdserver: request timed out");
  await microtasks();
  assertStrictEquals(made.pool.snapshot().pin, undefined);
  made.network.at("b").up();
  (await next(made)).reply(OK);
  await got;
  assertStrictEquals(made.pool.snapshot().pin, endpoint("b").url);
  await made.pool.close();
});

Deno.test("RetryingCaller picks again when the connection goes between pick and start", async () => {
  const made = connected("grpc1.7", "ab");
  // The failure of the first call moves the pin in the same turn in which
  // the second one has picked it.
  const first = made.kv.put("k", "1");
  const call = await running(made);
  call.fail(14, "etcdserver: request timed out");
  await Promise.resolve();
  const second = made.kv.put("k", "2");
  await assertRejects(() => first, TimeoutError);
  await microtasks();
  made.network.at("b").up();
  (await running(made)).reply(OK);
  await second;
  await made.pool.close();
});

Deno.test("RetryingCaller starts no call on a connection that was left, whenever the call is made", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const made = connected("grpc1.7", "ab");
    const first = made.kv.put("k", "1");
    const call = await running(made);
    call.fail(14, "etcdserver: request timed out");
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const second = made.kv.get("k");
    await assertRejects(() => first, TimeoutError);
    await microtasks();
    const { call: repeated } = await serveAnywhere(made);
    repeated.reply(OK);
    await second;
    await made.pool.close();
  }
});

/** Brings b up if it is wanted, and finds the call that is then running. */
async function serveAnywhere(made: Subject): Promise<{ call: FakeCall }> {
  const b = made.network.at("b");
  if (!b.ready && !b.aborted && !b.drained) b.up();
  return { call: await running(made) };
}
