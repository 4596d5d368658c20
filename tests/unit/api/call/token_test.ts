// The retry loop with a token that members may refuse, over a fake network.
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { KvFacet } from "../../../../api/kv/_facet.ts";
import { RetryingCaller } from "../../../../api/call/_retrying_caller.ts";
import { TokenKeeper } from "../../../../api/call/_token_keeper.ts";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/mod.ts";
import { resolveBalancer } from "../../../../balancers/by_name.ts";
import { AuthError, TimeoutError } from "../../../../errors/specific_errors.ts";
import {
  type FakeCall,
  microtasks,
} from "../../balancers/transport/_fake_transport.ts";
import { poolOf } from "./_scripted_strategy.ts";

const OK = new Uint8Array();
const INVALID = "etcdserver: invalid auth token";

/** A connected client, and the tokens it has asked for. */
function subject(
  authenticate: (count: number) => Promise<string> = (count) =>
    Promise.resolve(`t${count}`),
) {
  const strategy = resolveBalancer("grpc1.23")({ dialTimeoutMs: 1 });
  const { pool, network } = poolOf(strategy, "a");
  let asked = 0;
  const tokens = new TokenKeeper(
    { kind: "password", username: "alice", password: "pw" },
    { authenticate: () => authenticate(++asked), clock: { now: () => 0 } },
  );
  const caller = new RetryingCaller({
    pool,
    policy: strategy.retry,
    timeoutMs: 1_000,
    tokens,
    clock: { ...SYSTEM_CLOCK, random: () => 0.5 },
  });
  pool.start();
  network.at("a").up();
  const running = async (): Promise<readonly FakeCall[]> => {
    await microtasks();
    return [...network.at("a").calls];
  };
  const only = async (): Promise<FakeCall> => {
    const [call, ...others] = await running();
    if (call === undefined || others.length > 0) {
      throw new Error("Not one call is running");
    }
    return call;
  };
  return {
    pool,
    kv: new KvFacet(caller, { batching: () => caller }),
    running,
    only,
    asked: () => asked,
  };
}

Deno.test("RetryingCaller fetches a token first, and sends it", async () => {
  const made = subject();
  const puts = ["a", "b", "c"].map((key) => made.kv.put(key, ""));
  const calls = await made.running();
  assertEquals(calls.map(({ settings }) => settings.headers), [
    { token: "t1" },
    { token: "t1" },
    { token: "t1" },
  ]);
  for (const call of calls) call.reply(OK);
  await Promise.all(puts);
  assertStrictEquals(made.asked(), 1);
  await made.pool.close();
});

Deno.test("RetryingCaller repeats what was refused for its token, a write too", async () => {
  const made = subject();
  const put = made.kv.put("a", "", { requireLeader: true });
  (await made.only()).fail(16, INVALID);
  const again = await made.only();
  assertEquals(again.settings.headers, { token: "t2", hasleader: "true" });
  again.reply(OK);
  await put;
  await made.pool.close();
});

Deno.test("RetryingCaller renews a token once for all it was refused to", async () => {
  const made = subject();
  const puts = ["a", "b", "c"].map((key) => made.kv.put(key, ""));
  for (const call of await made.running()) call.fail(16, INVALID);
  const again = await made.running();
  assertEquals([again.length, made.asked()], [3, 2]);
  for (const call of again) call.reply(OK);
  await Promise.all(puts);
  await made.pool.close();
});

Deno.test("RetryingCaller gives up a token that is refused again and again", async () => {
  const made = subject();
  const put = made.kv.put("a", "");
  const outcome = assertRejects(() => put, AuthError);
  for (let refused = 0; refused < 6; refused++) {
    (await made.only()).fail(16, INVALID);
  }
  const error = await outcome;
  assertEquals(
    [error.code, error.maybeCommitted, error.attempts.length, made.asked()],
    ["invalid_auth_token", false, 6, 6],
  );
  await made.pool.close();
});

Deno.test("RetryingCaller waits for a token no longer than the call has time", async () => {
  const made = subject(() => new Promise(() => {}));
  await assertRejects(() => made.kv.get("a", { timeoutMs: 20 }));
  const abort = new AbortController();
  const got = assertRejects(() => made.kv.get("a", { signal: abort.signal }));
  abort.abort(new TimeoutError("enough", { code: "timeout" }));
  await got;
  assertEquals((await made.running()).length, 0);
  await made.pool.close();
});
