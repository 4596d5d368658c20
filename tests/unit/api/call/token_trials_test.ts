// A token on a connection that is newer, over a fake network: the member may
// wait for an entry of its log that a restored snapshot does not have.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { KvFacet } from "../../../../api/kv/_facet.ts";
import { RetryingCaller } from "../../../../api/call/_retrying_caller.ts";
import { TokenKeeper } from "../../../../api/call/_token_keeper.ts";
import { resolveBalancer } from "../../../../balancers/by_name.ts";
import { TimeoutError } from "../../../../errors/specific_errors.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  type FakeCall,
  microtasks,
} from "../../balancers/transport/_fake_transport.ts";
import { poolOf } from "./_scripted_strategy.ts";
import { AUTHENTICATE, INVALID, RANGE, tokenReply } from "./_token_replies.ts";

const OK = new Uint8Array();
const PUT = methods.kv.put.path;
const USER_EMPTY = "etcdserver: user name is empty";

/** A client of alice's, of a cluster that gives these tokens in turn. */
function subject(given: readonly string[]) {
  const strategy = resolveBalancer("grpc1.23")({ dialTimeoutMs: 1 });
  const { pool, network, clock } = poolOf(strategy, "a");
  const left = [...given];
  const tokens: TokenKeeper = new TokenKeeper(
    { kind: "password", username: "alice", password: "pw" },
    {
      authenticate: async (name, password) => {
        const made = { method: methods.auth.authenticate, action: "ask" };
        return (await caller.unary(made, { name, password })).token;
      },
      clock,
    },
  );
  const policy = strategy.retry;
  const timeoutMs = 10_000;
  const caller: RetryingCaller = new RetryingCaller({
    pool,
    policy,
    timeoutMs,
    tokens,
    clock,
  });
  pool.start();
  network.at("a").up();
  /** What runs; the cluster gives tokens at once. */
  const running = async (): Promise<readonly FakeCall[]> => {
    await microtasks();
    for (const call of network.at("a").calls) {
      if (call.path === AUTHENTICATE) {
        call.reply(tokenReply(left.shift() ?? ""));
      }
    }
    await microtasks();
    return [...network.at("a").calls];
  };
  return {
    pool,
    clock,
    kv: new KvFacet(caller, { batching: () => caller }),
    running,
    only: async (): Promise<FakeCall> => {
      const calls = await running();
      assertEquals(calls.length, 1);
      return calls[0] as FakeCall;
    },
    reconnect: () => {
      network.at("a").down("reset");
      clock.advance(60_000);
      network.at("a").up();
    },
    left,
  };
}

type Subject = ReturnType<typeof subject>;

/** A put on the first connection, which is older than the token. */
async function firstPut({ kv, only }: Subject): Promise<void> {
  const put = kv.put("a", "");
  const call = await only();
  assertEquals(call.path, PUT);
  call.reply(OK);
  await put;
}

/** What calls are: their paths, and the tokens they have. */
function told(calls: readonly FakeCall[]): readonly unknown[] {
  return calls.map(({ path, settings }) => [path, settings.headers?.["token"]]);
}

Deno.test("RetryingCaller tries a token on a newer connection, once for all calls", async () => {
  const made = subject(["x.7"]);
  await firstPut(made);
  made.reconnect();
  const puts = ["a", "b"].map((key) => made.kv.put(key, ""));
  const trial = await made.only();
  assertEquals(told([trial]), [[RANGE, "x.7"]]);
  // It reads what nobody has to be permitted to read.
  trial.fail(7, "etcdserver: permission denied");
  const calls = await made.running();
  assertEquals(told(calls), [[PUT, "x.7"], [PUT, "x.7"]]);
  for (const call of calls) call.reply(OK);
  await Promise.all(puts);
  await firstPut(made);
  await made.pool.close();
});

Deno.test("RetryingCaller gives up a token that a member waits for, before it writes", async () => {
  const made = subject(["x.7", "y.2"]);
  await firstPut(made);
  made.reconnect();
  const put = made.kv.put("a", "");
  const trial = await made.only();
  made.clock.advance(499);
  assertEquals(await made.running(), [trial]);
  made.clock.advance(1);
  const [, other, ...more] = await made.running();
  assert(other && more.length === 0);
  assertEquals(told([other]), [[RANGE, undefined]]);
  other.fail(3, USER_EMPTY);
  const again = await made.only();
  assert(trial.canceled);
  assertEquals([told([again]), made.left], [[[PUT, "y.2"]], []]);
  again.reply(OK);
  await put;
  await made.pool.close();
});

Deno.test("RetryingCaller keeps a token where nothing is answered, and asks for none", async () => {
  const made = subject(["x.7", "y.2"]);
  await firstPut(made);
  made.reconnect();
  const put = made.kv.put("a", "");
  await made.only();
  made.clock.advance(500);
  const [, other] = await made.running();
  assertEquals(other?.settings.timeoutMs, 500);
  other?.expire();
  const again = await made.only();
  assertEquals([told([again]), made.left], [[[PUT, "x.7"]], ["y.2"]]);
  again.reply(OK);
  await put;
  await made.pool.close();
});

Deno.test("RetryingCaller ends a call whose time is over in a trial, as not sent", async () => {
  const made = subject(["x.7", "y.2"]);
  await firstPut(made);
  made.reconnect();
  const late = assertRejects(
    () => made.kv.put("a", "", { timeoutMs: 300 }),
    TimeoutError,
    "Cannot put: no answer from http://a:2379 within 300 ms (timeout)",
  );
  await made.only();
  made.clock.advance(300);
  assertFalse((await late).maybeCommitted);
  // The trial goes on: the next call has its result.
  made.clock.advance(200);
  const [, other] = await made.running();
  other?.fail(3, USER_EMPTY);
  const put = made.kv.put("a", "");
  const call = await made.only();
  assertEquals(told([call]), [[PUT, "y.2"]]);
  call.reply(OK);
  await put;
  await made.pool.close();
});

Deno.test("RetryingCaller renews a token that is refused in a trial as any", async () => {
  const made = subject(["x.7", "y.2"]);
  await firstPut(made);
  made.reconnect();
  const put = made.kv.put("a", "");
  (await made.only()).fail(16, INVALID.details);
  (await made.only()).fail(16, INVALID.details);
  const again = await made.only();
  assertEquals(told([again]), [[PUT, "y.2"]]);
  again.reply(OK);
  await put;
  await made.pool.close();
});

Deno.test("RetryingCaller tries a token again when a proxy has lost its member", async () => {
  const made = subject(["x.7"]);
  await firstPut(made);
  const lost = assertRejects(() => made.kv.put("a", ""));
  (await made.only()).failAtProxy(502);
  await lost;
  const put = made.kv.put("a", "");
  const trial = await made.only();
  assertEquals(told([trial]), [[RANGE, "x.7"]]);
  trial.fail(7, "etcdserver: permission denied");
  (await made.only()).reply(OK);
  await put;
  await made.pool.close();
});

Deno.test("RetryingCaller tries no token that names no entry", async () => {
  const made = subject(["eyJhbGciOiJSUzI1NiJ9.eyJ1c2VyIjoiYSJ9.c2lnbmVk"]);
  await firstPut(made);
  made.reconnect();
  await firstPut(made);
  await made.pool.close();
});

Deno.test("RetryingCaller ends a trial when the client is closed", async () => {
  const made = subject(["x.7"]);
  await firstPut(made);
  made.reconnect();
  const put = assertRejects(() => made.kv.put("a", ""));
  const trial = await made.only();
  await made.pool.close();
  await put;
  assertEquals([told([trial]), made.clock.pending], [[[RANGE, "x.7"]], 0]);
});
