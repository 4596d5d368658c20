// The end of a call by its signal, wherever it is then.
import { assert, assertRejects, assertStrictEquals } from "@std/assert";
import type { CallOptions } from "../../../../api/call/options.ts";
import { EtcdError } from "../../../../errors/etcd_error.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { counted } from "../../support/_counted_signal.ts";
import { scripted } from "./_scripted_strategy.ts";
import { connected, next, OK, over, running, subject } from "./_subject.ts";

Deno.test("RetryingCaller throws the abort's reason as it was given, and cancels the call", async () => {
  for (const reason of [new RangeError("enough"), "text", 0, undefined]) {
    const made = connected("grpc1.23");
    const controller = new AbortController();
    const got = made.kv.get("k", { signal: controller.signal });
    const call = await running(made);
    controller.abort(reason);
    const thrown = await got.then(() => "no error", (error) => error);
    if (reason === undefined) {
      assertStrictEquals(thrown.name, "AbortError");
    } else assertStrictEquals(thrown, reason);
    assert(call.canceled);
    await made.pool.close();
  }
});

Deno.test("RetryingCaller sends nothing when the signal is aborted already", async () => {
  const made = connected("grpc1.23");
  const reason = new RangeError("enough");
  const options: CallOptions = { signal: AbortSignal.abort(reason) };
  for (
    const send of [
      () => made.kv.get("k", options),
      () => made.kv.put("k", "v", options),
      () => made.caller.ready(options),
    ]
  ) {
    const thrown = await assertRejects(send, RangeError);
    assertStrictEquals(thrown, reason);
  }
  assertStrictEquals(made.network.at("a").inFlight, 0);
  await made.pool.close();
});

Deno.test("RetryingCaller hears an abort while it waits for a connection, and between attempts", async () => {
  const reason = new RangeError("enough");
  const waiting = subject("grpc1.23");
  const controller = new AbortController();
  const got = waiting.kv.get("k", { signal: controller.signal });
  await microtasks();
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => got, RangeError), reason);
  await waiting.pool.close();

  const pausing = connected("grpc1.0");
  const second = new AbortController();
  const paused = pausing.kv.get("k", { signal: second.signal });
  paused.catch(() => {});
  (await running(pausing)).fail(14, "etcdserver: no leader");
  await microtasks();
  second.abort(reason);
  assertStrictEquals(await assertRejects(() => paused, RangeError), reason);
  assertStrictEquals(pausing.network.at("a").inFlight, 0);
  await pausing.pool.close();
});

Deno.test("RetryingCaller hears an abort by whoever is told of the failed attempt", async () => {
  const { pool, strategy, network, clock } = scripted("a");
  const controller = new AbortController();
  const reason = new RangeError("enough");
  strategy.onReport = () => controller.abort(reason);
  const made = over({ pool, network, strategy, clock });
  pool.start();
  network.at("a").up();
  const got = made.kv.get("k", { signal: controller.signal });
  got.catch(() => {});
  (await running(made)).fail(14, "etcdserver: no leader");
  assertStrictEquals(await assertRejects(() => got, RangeError), reason);
  assertStrictEquals(network.at("a").inFlight, 0);
  await pool.close();
});

Deno.test("RetryingCaller leaves no listener on the signal", async () => {
  const made = connected("grpc1.23");
  const { abort: { signal }, listeners } = counted();
  const got = made.kv.get("k", { signal });
  (await running(made)).fail(14, "etcdserver: no leader");
  (await next(made)).reply(OK);
  await got;
  const failed = made.kv.put("k", "v", { signal });
  (await running(made)).fail(14, "etcdserver: no leader");
  await assertRejects(() => failed, EtcdError);
  assertStrictEquals(listeners(), 0);
  await made.pool.close();
});
