// What the retry loop sends, repeats and throws.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { KvFacet } from "../../../../api/kv/_facet.ts";
import type { CallOutcome } from "../../../../balancers/evidence.ts";
import type { PickInfo, PickResult } from "../../../../balancers/strategy.ts";
import { BalancerError } from "../../../../errors/balancer_error.ts";
import { EtcdError } from "../../../../errors/etcd_error.ts";
import { UnavailableError } from "../../../../errors/specific_errors.ts";
import { op } from "../../../../api/kv/txn.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods, revokeServerChosen } from "../../../../proto/methods.ts";
import { scripted } from "./_scripted_strategy.ts";
import { A, connected, next, OK, over, running } from "./_subject.ts";

Deno.test("RetryingCaller sends the request once, and gives the reply", async () => {
  const made = connected("grpc1.23");
  const got = made.kv.put("k", "v", { timeoutMs: 50_000 });
  const call = await running(made);
  assertStrictEquals(call.path, "/etcdserverpb.KV/Put");
  assertEquals([...call.request], [10, 1, 107, 18, 1, 118]);
  const { timeoutMs } = call.settings;
  assert(timeoutMs <= 50_000 && timeoutMs > 40_000, `${timeoutMs}`);
  assertStrictEquals(call.settings.headers, undefined);
  // header { revision: 7 }
  call.reply(Uint8Array.of(10, 2, 24, 7));
  assertStrictEquals((await got).header.revision, 7n);
  await made.pool.close();
});

Deno.test("RetryingCaller asks for a leader where the caller does", async () => {
  const made = connected("grpc1.23");
  const got = made.kv.get("k", { requireLeader: true, timeoutMs: false });
  const call = await running(made);
  assertEquals(call.settings.headers, { hasleader: "true" });
  assertStrictEquals(call.settings.timeoutMs, Infinity);
  call.reply(OK);
  assertStrictEquals(await got, undefined);
  await made.pool.close();
});

Deno.test("RetryingCaller repeats a read elsewhere, and reports each attempt", async () => {
  const { pool, strategy, network, clock } = scripted("ab");
  const outcomes: CallOutcome[] = [];
  const infos: PickInfo[] = [];
  strategy.onReport = (outcome) => outcomes.push(outcome);
  strategy.onPick = (info) => {
    infos.push({ ...info, tried: [...info.tried] });
    const connection = strategy.pool.connections[info.attempt - 1];
    assert(connection);
    return { action: "use", connection };
  };
  const made = over({ pool, network, strategy, clock });
  pool.start();
  network.at("a").up();
  network.at("b").up();
  const got = made.kv.get("k");
  (await running(made)).fail(14, "etcdserver: no leader");
  (await next(made)).reply(OK);
  await got;
  const [a, b] = strategy.pool.connections;
  assert(a && b);
  assertEquals(
    infos.map(({ kind, method, attempt }) => [kind, method, attempt]),
    [["unary", "KV.Range", 1], ["unary", "KV.Range", 2]],
  );
  assertEquals(infos.map(({ tried }) => tried), [[], [a]]);
  assertEquals(
    outcomes.map(({ connection, epoch, blame }) => [connection, epoch, blame]),
    [[a, 1, "member"], [b, 2, "none"]],
  );
  await pool.close();
});

Deno.test("RetryingCaller sends a write once, and says that it may have been applied", async () => {
  const sends = [
    (kv: KvFacet) => kv.put("k", "v"),
    (kv: KvFacet) => kv.delete("k"),
    (kv: KvFacet) => kv.txn({ then: [op.put("k", "v")] }),
    (kv: KvFacet) => kv.compact(1n),
  ];
  for (const name of ["grpc1.0", "grpc1.7", "grpc1.23"] as const) {
    for (const send of sends) {
      const made = connected(name, "a");
      const sent = send(made.kv);
      (await running(made)).fail(14, "transport is closing");
      const error = await assertRejects(() => sent, UnavailableError);
      assert(error.maybeCommitted && !error.retryable, name);
      assertStrictEquals(error.endpoint, A);
      assertEquals(error.attempts.length, 1);
      await made.pool.close();
    }
  }
});

Deno.test("RetryingCaller repeats a transaction that only reads", async () => {
  const made = connected("grpc1.23");
  const got = made.kv.txn({ else: [op.get("k")] });
  (await running(made)).fail(14, "transport is closing");
  (await next(made)).reply(methods.kv.txn.encode({}));
  assert(!(await got).succeeded);
  await made.pool.close();
});

Deno.test("RetryingCaller takes a call whose connection went for lost, under whatever code", async () => {
  for (const grpcCode of [14, 13, 2]) {
    const made = connected("grpc1.23");
    const sent = made.kv.put("k", "v");
    await running(made);
    made.network.at("a").down("the connection was lost", grpcCode);
    const error = await assertRejects(() => sent, UnavailableError);
    assertStrictEquals(error.code, "connection_lost");
    await made.pool.close();
  }
});

Deno.test("RetryingCaller gives up after the attempts of grpc1.23, with all of them in the error", async () => {
  const { pool, strategy, network, clock } = scripted("a");
  strategy.retry = { ...strategy.retry, maxAttempts: 4, waitMs: 1 };
  const made = over({ pool, network, strategy, clock });
  pool.start();
  network.at("a").up();
  const got = made.kv.get("k");
  got.catch(() => {});
  for (let attempt = 1; attempt <= 4; attempt++) {
    (await next(made)).fail(14, "etcdserver: no leader");
  }
  const error = await assertRejects(() => got, EtcdError);
  assertStrictEquals(error.code, "no_leader");
  assertEquals(error.attempts.map(({ endpoint, code }) => [endpoint, code]), [
    [A, "no_leader"],
    [A, "no_leader"],
    [A, "no_leader"],
    [A, "no_leader"],
  ]);
  await pool.close();
});

Deno.test("RetryingCaller calls a reply it cannot read a protocol error", async () => {
  const made = connected("grpc1.23");
  const garbage = Uint8Array.of(0xff, 0xff, 0xff);
  for (const maybeCommitted of [false, true]) {
    const sent = maybeCommitted ? made.kv.put("k", "v") : made.kv.get("k");
    (await running(made)).reply(garbage);
    const error = await assertRejects(() => sent, EtcdError, "(protocol)");
    assertStrictEquals(error.code, "protocol");
    assertStrictEquals(error.endpoint, A);
    assertStrictEquals(error.maybeCommitted, maybeCommitted);
    assertStrictEquals(
      error.message.endsWith("; it may have been applied"),
      maybeCommitted,
    );
    assert(error.cause instanceof Error);
  }
  await made.pool.close();
});

Deno.test("RetryingCaller passes on what a strategy answers, and names the one that throws", async () => {
  const { pool, strategy, network, clock } = scripted("a");
  const made = over({ pool, network, strategy, clock });
  const error = new RangeError("the strategy says no");
  strategy.onPick = () => ({ action: "fail", error });
  assertStrictEquals(
    await assertRejects(() => made.kv.get("k"), RangeError),
    error,
  );
  strategy.onPick = () => {
    throw error;
  };
  const failed = await assertRejects(
    () => made.kv.get("k"),
    BalancerError,
    "Cannot use the balancer 'scripted': pick() threw: the strategy says no",
  );
  assertStrictEquals(failed.cause, error);
  assertStrictEquals(failed.method, "KV.Range");
  await pool.close();
});

Deno.test("RetryingCaller says that a call may have been applied when the next pick fails", async () => {
  const { pool, strategy, network, clock } = scripted("a");
  const made = over({ pool, network, strategy, clock });
  pool.start();
  network.at("a").up();
  const revoked = made.caller.unary(
    { method: revokeServerChosen, action: "revoke lease 7" },
    { ID: fromBigInt(7n) },
    undefined,
  );
  revoked.catch(() => {});
  const attempt = await running(made);
  strategy.onPick = () => ({ action: "use" }) as PickResult;
  attempt.fail(14, "broken");
  const error = await assertRejects(
    () => revoked,
    BalancerError,
    "is not one of this client's; it may have been applied",
  );
  assert(error.maybeCommitted && !error.retryable);
  assertStrictEquals(error.attempts.length, 1);
  await pool.close();
});
