// What a client tells besides its connections, over a fake network.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { KvFacet } from "../../../../api/kv/_facet.ts";
import { observe } from "../../../../api/telemetry/_observation.ts";
import { RetryingCaller } from "../../../../api/call/_retrying_caller.ts";
import { TokenKeeper } from "../../../../api/call/_token_keeper.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { AuthError, Client, type ClientEvent } from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, FakeStatus, waitFor } from "../../../harness/mod.ts";
import { FakeLeases } from "../lease/_fake_leases.ts";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/mod.ts";
import {
  endpoint,
  microtasks,
} from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches } from "../watch/_fake_watch.ts";
import { scripted } from "../call/_scripted_strategy.ts";
import { Warnings } from "./_warnings.ts";

const A = endpoint("a").url;
const OK = new Uint8Array();

/** A caller over one connection, as a client makes it. */
function subject(listener?: (event: ClientEvent) => void) {
  const clock = { ...SYSTEM_CLOCK, random: () => 0.5 };
  const { pool, strategy, network } = scripted("a");
  pool.start();
  network.at("a").up();
  const plain = new RetryingCaller({
    pool,
    policy: { ...strategy.retry, waitMs: 0 },
    timeoutMs: 1_000,
    clock,
  });
  const { observed, onEvent } = observe(listener, clock);
  const caller = observed(plain);
  const kv = new KvFacet(caller, { batching: () => caller });
  const running = async () => {
    await microtasks();
    return network.at("a").call;
  };
  return { kv, pool, plain, caller, onEvent, running };
}

/** A keeper, and what it has told. */
function keeper(authenticate: () => Promise<string>) {
  const told: ClientEvent[] = [];
  const tokens = new TokenKeeper(
    { kind: "password", username: "alice", password: "pw" },
    {
      authenticate,
      clock: { now: () => 0 },
      onEvent: (event) => told.push(event),
    },
  );
  return { tokens, told };
}

Deno.test("Client tells each attempt that is repeated, and none that is not", async () => {
  const told: ClientEvent[] = [];
  const { kv, pool, running } = subject((event) => told.push(event));
  const got = kv.get("k", { timeoutMs: 500 });
  (await running()).fail(14, "etcdserver: no leader");
  (await running()).fail(14, "etcdserver: leader changed");
  (await running()).reply(OK);
  await got;
  const put = kv.put("k", "v");
  (await running()).fail(14, "etcdserver: request timed out");
  await assertRejects(() => put);
  const common = { type: "retry", method: "KV.Range", endpoint: A };
  assertEquals<unknown>(
    told.map((event) => ({ ...event, durationMs: undefined })),
    [
      { ...common, attempt: 1, code: "no_leader", durationMs: undefined },
      { ...common, attempt: 2, code: "leader_changed", durationMs: undefined },
    ],
  );
  await pool.close();
});

Deno.test("Client follows no call when nobody listens", async () => {
  const { plain, caller, onEvent, pool } = subject();
  assertStrictEquals(caller, plain);
  assertStrictEquals(onEvent, undefined);
  await pool.close();
});

Deno.test("Client goes on when its listener throws, whatever it is told", async () => {
  using warnings = new Warnings();
  const told: string[] = [];
  {
    await using server = await FakeServer.start();
    server.handle(
      methods.kv.range.path,
      ({ count }) =>
        count === 1 ? new FakeStatus(14, "etcdserver: no leader") : OK,
    );
    await using client = new Client({
      endpoints: server.endpoint,
      onEvent({ type }) {
        told.push(type);
        throw type;
      },
    });
    assertStrictEquals(await client.get("k"), undefined);
  }
  assertEquals(told, ["connecting", "ready", "retry", "closed"]);
  await waitFor("a warning of each", () => warnings.seen.length === 4);
  assertEquals(
    warnings.seen.map(({ detail }) => detail),
    told.map((type) => `'${type}'`),
  );
});

Deno.test("TokenKeeper tells what becomes of the token, and no name", async () => {
  const answers = [
    () => Promise.resolve("t1"),
    () =>
      Promise.reject(createError("Cannot authenticate: no", {
        code: "auth_failed",
      })),
    () =>
      Promise.reject(createError("Cannot authenticate: off", {
        code: "auth_not_enabled",
      })),
  ];
  const { tokens, told } = keeper(() =>
    answers.shift()?.() ?? Promise.reject()
  );
  await tokens.fetch();
  tokens.refused("another");
  tokens.refused("t1");
  tokens.refused("t1");
  await assertRejects(() => tokens.fetch(), AuthError);
  await tokens.fetch();
  assertEquals<unknown>(
    told,
    ["fetched", "refused", "failed", "not_needed"].map((change) => ({
      type: "token",
      change,
    })),
  );
});

Deno.test("Watch tells when it goes on elsewhere, not when it begins", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(7n);
  assertEquals(fake.told, []);
  fake.events([9n]);
  await fake.drop();
  assertEquals(fake.told, []);
  fake.create(50n);
  assertEquals<unknown>(fake.told, [{
    type: "watch_resumed",
    endpoint: "http://fake:2",
    cursor: 8n,
    code: "unavailable",
  }]);
  await watch.close();
});

Deno.test("Watch that was paused for its consumer does not tell that it goes on", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(7n, { buffer: { events: 1 } });
  fake.events([8n]);
  await microtasks();
  assertStrictEquals(watch.state.kind, "paused");
  await watch[Symbol.asyncIterator]().next();
  await microtasks();
  fake.create(50n);
  assertStrictEquals(watch.state.kind, "live");
  assertEquals(fake.told, []);
  await watch.close();
});

Deno.test("Lease tells that it is lost, and why", async () => {
  const fake = new FakeLeases();
  fake.answerGrant(4_711n, 9);
  const lease = await fake.facet.grant(9);
  await fake.pass(9_000);
  assert(lease.signal.aborted);
  assertEquals<unknown>(fake.told, [
    { type: "lease_lost", lease: 4_711n, reason: "not_renewed" },
  ]);
});

Deno.test("Lease that this client gives up is not told as lost", async () => {
  const fake = new FakeLeases();
  const [revoked, closed, orphaned] = [
    await fake.facet.grant(9),
    await fake.facet.grant(9),
    await fake.facet.grant(9),
  ];
  await revoked.revoke();
  orphaned.orphan();
  fake.facet.close();
  assertEquals([revoked, closed].map(({ signal }) => signal.aborted), [
    true,
    true,
  ]);
  assertEquals(fake.told, []);
});
