// The retry loop over a fake network: what is sent, repeated, and thrown.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { CallOptions } from "../../api/call_options.ts";
import { KvFacet } from "../../api/kv.ts";
import { RetryingCaller } from "../../api/_retrying_caller.ts";
import { type BalancerName, resolveBalancer } from "../../balancers/by_name.ts";
import type { ConnectionPool } from "../../balancers/_pool.ts";
import type { CallOutcome, PickInfo } from "../../balancers/strategy.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import {
  ClientClosedError,
  InvalidOptionError,
  TimeoutError,
  UnavailableError,
} from "../../errors/specific_errors.ts";
import { op } from "../../api/txn.ts";
import { fromBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import {
  endpoint,
  type FakeCall,
  type FakeNetwork,
  microtasks,
} from "./_fake_transport.ts";
import { poolOf, type Scripted, scripted } from "./_scripted_strategy.ts";

const OK = new Uint8Array();
const A = endpoint("a").url;

interface Subject {
  readonly pool: ConnectionPool;
  readonly caller: RetryingCaller;
  readonly kv: KvFacet;
  readonly network: FakeNetwork;
}

function over(
  { pool, network, strategy }: {
    pool: ConnectionPool;
    network: FakeNetwork;
    strategy: { readonly retry: Scripted["retry"] };
  },
  timeoutMs = 10_000,
): Subject {
  const policy = strategy.retry;
  const caller = new RetryingCaller({
    pool,
    policy,
    timeoutMs,
    random: () => 0.5,
  });
  return {
    pool,
    caller,
    kv: new KvFacet(caller, { batching: () => caller }),
    network,
  };
}

function subject(name: BalancerName, names = "a", timeoutMs?: number): Subject {
  const strategy = resolveBalancer(name)({ dialTimeoutMs: 1 });
  return over(poolOf(strategy, names), timeoutMs);
}

/** A subject that is connected to everything its strategy wants. */
function connected(
  name: BalancerName,
  names = "a",
  timeoutMs?: number,
): Subject {
  const made = subject(name, names, timeoutMs);
  made.pool.start();
  for (const one of names) {
    const transport = made.network.at(one);
    if (!transport.aborted) transport.up();
  }
  return made;
}

/** The only call that is running anywhere. */
async function running({ network }: Subject): Promise<FakeCall> {
  await microtasks();
  const calls = network.dialled.flatMap((one) => [...one.calls]);
  const [call] = calls;
  assert(call && calls.length === 1, `${calls.length} calls are running`);
  return call;
}

/** The next call after a wait of the retry loop. */
async function next(made: Subject): Promise<FakeCall> {
  const deadline = performance.now() + 2_000;
  while (made.network.dialled.every(({ calls }) => calls.size === 0)) {
    assert(performance.now() < deadline, "no further attempt");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return await running(made);
}

Deno.test("RetryingCaller sends the request once, and gives the reply", async () => {
  const made = connected("grpc1.23");
  const got = made.kv.put("k", "v", { timeoutMs: 500 });
  const call = await running(made);
  assertStrictEquals(call.path, "/etcdserverpb.KV/Put");
  assertEquals([...call.request], [10, 1, 107, 18, 1, 118]);
  assert(call.settings.timeoutMs <= 500 && call.settings.timeoutMs > 400);
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
  const { pool, strategy, network } = scripted("ab");
  const outcomes: CallOutcome[] = [];
  const infos: PickInfo[] = [];
  strategy.onReport = (outcome) => outcomes.push(outcome);
  strategy.onPick = (info) => {
    infos.push({ ...info, tried: [...info.tried] });
    const connection = strategy.pool.connections[info.attempt - 1];
    assert(connection);
    return { action: "use", connection };
  };
  const made = over({ pool, network, strategy });
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
  const { pool, strategy, network } = scripted("a");
  strategy.retry = { ...strategy.retry, maxAttempts: 4, waitMs: 1 };
  const made = over({ pool, network, strategy });
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
    assert(error.cause instanceof Error);
  }
  await made.pool.close();
});

Deno.test("RetryingCaller ends a call at its deadline, naming each endpoint's last error", async () => {
  const made = subject("grpc1.23", "ab");
  const got = made.kv.get("k", { timeoutMs: 30 });
  made.network.at("a").down("connection refused");
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
  const made = connected("grpc1.0", "a");
  const got = made.kv.get("k", { timeoutMs: 40 });
  got.catch(() => {});
  const startedAt = performance.now();
  let attempts = 0;
  while (performance.now() - startedAt < 1_000) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const [call] = made.network.at("a").calls;
    if (call === undefined) continue;
    attempts++;
    call.fail(14, "etcdserver: no leader");
    if (attempts === 2) break;
  }
  const error = await assertRejects(() => got, TimeoutError);
  assert(performance.now() - startedAt < 500);
  assertStrictEquals(error.code, "timeout");
  assertStrictEquals(error.endpoint, A);
  assertEquals(error.attempts.map(({ code }) => code), [
    "no_leader",
    "no_leader",
  ]);
  assert(error.message.includes("2 attempts"), error.message);
  await made.pool.close();
});

Deno.test("RetryingCaller takes a status 4 at the deadline for its own, an earlier one for the server's", async () => {
  const made = connected("grpc1.23");
  const early = made.kv.put("k", "v", { timeoutMs: 10_000 });
  (await running(made)).fail(4, "context deadline exceeded");
  const server = await assertRejects(() => early, TimeoutError);
  assertStrictEquals(server.code, "server_deadline_exceeded");
  const late = made.kv.put("k", "v", { timeoutMs: 20 });
  const call = await running(made);
  await new Promise((resolve) => setTimeout(resolve, 20));
  call.fail(4, "Deadline exceeded");
  const own = await assertRejects(() => late, TimeoutError);
  assertStrictEquals(own.code, "timeout");
  assert(own.maybeCommitted);
  await made.pool.close();
});

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
  const { pool, strategy, network } = scripted("a");
  const controller = new AbortController();
  const reason = new RangeError("enough");
  strategy.onReport = () => controller.abort(reason);
  const made = over({ pool, network, strategy });
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
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  const got = made.kv.get("k", { signal });
  (await running(made)).fail(14, "etcdserver: no leader");
  (await next(made)).reply(OK);
  await got;
  const failed = made.kv.put("k", "v", { signal });
  (await running(made)).fail(14, "etcdserver: no leader");
  await assertRejects(() => failed, EtcdError);
  assertStrictEquals(listeners, 0);
  await made.pool.close();
});

Deno.test("RetryingCaller.ready() waits for a connection and makes no call", async () => {
  const made = subject("grpc1.7", "ab");
  const connecting = made.caller.ready({});
  await microtasks();
  made.network.at("b").up();
  await connecting;
  assertStrictEquals(made.network.at("b").inFlight, 0);
  await made.pool.close();
});

Deno.test("RetryingCaller.ready() fails with each endpoint's last error", async () => {
  const made = subject("grpc1.7", "a");
  const connecting = made.caller.ready({ timeoutMs: 10 });
  made.network.at("a").down("connection refused");
  await assertRejects(
    () => connecting,
    UnavailableError,
    "Cannot connect: no endpoint could be reached within 10 ms (unavailable): http://a:2379: connection refused",
  );
  await made.pool.close();
});

Deno.test("RetryingCaller ends calls that run and calls that wait when the pool is closed", async () => {
  const made = connected("grpc1.23");
  const write = made.kv.put("k", "v");
  const read = made.kv.get("k");
  await microtasks();
  const waiting = subject("grpc1.23").kv.get("k", { timeoutMs: 1 });
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

Deno.test("RetryingCaller passes on what a strategy answers or throws", async () => {
  const { pool, strategy, network } = scripted("a");
  const made = over({ pool, network, strategy });
  const error = new RangeError("the strategy says no");
  strategy.onPick = () => ({ action: "fail", error });
  assertStrictEquals(
    await assertRejects(() => made.kv.get("k"), RangeError),
    error,
  );
  strategy.onPick = () => {
    throw error;
  };
  assertStrictEquals(
    await assertRejects(() => made.kv.get("k"), RangeError),
    error,
  );
  await pool.close();
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

Deno.test("KvFacet.compact() refuses a revision that is none", async () => {
  const made = connected("grpc1.23");
  for (const revision of [-1n, 2n ** 63n, 5 as unknown as bigint]) {
    const error = await assertRejects(
      () => made.kv.compact(revision),
      InvalidOptionError,
    );
    assertStrictEquals(error.option, "revision");
  }
  const done = made.kv.compact(5n, { physical: true });
  const call = await running(made);
  assertEquals(
    [...call.request],
    [...methods.kv.compact.encode({
      revision: fromBigInt(5n),
      physical: true,
    })],
  );
  call.reply(OK);
  assertStrictEquals((await done).header.revision, 0n);
  await made.pool.close();
});
