// The questions that a strategy puts to members, and what answers mean.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Answer, Question } from "../../../../balancers/evidence.ts";
import { methods } from "../../../../proto/methods.ts";
import { type FakeCall, microtasks } from "../transport/_fake_transport.ts";
import { scripted } from "../../api/call/_scripted_strategy.ts";

/** Asks the only member, and ends the call that this makes. */
async function asked(
  question: Question,
  end: (call: FakeCall) => void,
): Promise<{ readonly answer: Answer | undefined; readonly path: string }> {
  const { pool, strategy, network } = scripted("a");
  pool.start();
  network.at("a").up();
  const [connection] = strategy.pool.connections;
  assert(connection);
  let answer: Answer | undefined;
  strategy.pool.ask(connection, { question, timeoutMs: 800 }, (given) => {
    answer = given;
  });
  const { call } = network.at("a");
  assertStrictEquals(call.settings.timeoutMs, 800);
  end(call);
  await microtasks();
  await pool.close();
  return { answer, path: call.path };
}

Deno.test("PoolView.ask() for a quorum makes a linearizable read that gives no values", async () => {
  const { path } = await asked("quorum", (call) => {
    // RangeRequest { key: "health", countOnly: true }, and no `serializable`.
    assertEquals(
      [...call.request],
      [10, 6, ...new TextEncoder().encode("health"), 72, 1],
    );
    call.reply(new Uint8Array());
  });
  assertStrictEquals(path, "/etcdserverpb.KV/Range");
});

Deno.test("PoolView.ask() for a quorum: a reply, and a refusal that comes after the read, say yes", async () => {
  const cases: readonly (readonly [Answer, (call: FakeCall) => void])[] = [
    ["yes", (call) => call.reply(new Uint8Array())],
    // Auth is on, and the question is nobody's.
    ["yes", (call) => call.fail(3, "etcdserver: user name is empty")],
    ["yes", (call) => call.fail(7, "etcdserver: permission denied")],
    ["yes", (call) => call.fail(16, "etcdserver: invalid auth token")],
    ["no", (call) => call.fail(14, "etcdserver: no leader")],
    [
      "no",
      (call) => call.fail(14, "etcdserver: rpc not supported for learner"),
    ],
    ["no", (call) => call.fail(4)],
    // A server of another kind.
    ["unknown", (call) => call.fail(12, "unknown service etcdserverpb.KV")],
    ["unknown", (call) => call.fail(2, "unsupported")],
    ["unknown", (call) => call.reply(Uint8Array.of(0xff, 0xff))],
  ];
  for (const [expected, end] of cases) {
    assertStrictEquals((await asked("quorum", end)).answer, expected);
  }
});

Deno.test("PoolView.ask() for the leader compares the member with the one it names", async () => {
  // StatusResponse { header: { member_id: 5 }, leader: N }
  const status = (leader: number) => Uint8Array.of(10, 2, 16, 5, 32, leader);
  assertStrictEquals(
    methods.maintenance.status.decode(status(5)).leader.low,
    5,
  );
  const cases: readonly (readonly [Answer, (call: FakeCall) => void])[] = [
    ["yes", (call) => call.reply(status(5))],
    ["no", (call) => call.reply(status(6))],
    ["no", (call) => call.fail(14)],
    ["unknown", (call) => call.fail(7, "permission denied")],
  ];
  for (const [expected, end] of cases) {
    assertStrictEquals((await asked("leader", end)).answer, expected);
  }
});

Deno.test("PoolView.ask() takes a timeout for no evidence where the question was held up here", async () => {
  const { pool, strategy, network, clock } = scripted("a");
  pool.start();
  const a = network.at("a");
  a.up();
  const [connection] = strategy.pool.connections;
  assert(connection);
  const answers: Answer[] = [];
  const ask = () =>
    strategy.pool.ask(
      connection,
      { question: "quorum", timeoutMs: 800 },
      (answer) => answers.push(answer),
    );
  // It waited for one of the connection's streams.
  a.unary = (_path, _request, { onEnd }) => {
    queueMicrotask(() => onEnd({ grpcCode: 4, details: "", reach: "unsent" }));
    return { cancel() {} };
  };
  ask();
  await microtasks();
  // The process stood still.
  a.unary = (_path, _request, { onEnd }) => {
    clock.schedule(
      800,
      () => onEnd({ grpcCode: 4, details: "", reach: "unanswered" }),
    );
    return { cancel() {} };
  };
  ask();
  clock.stall(2_000);
  ask();
  clock.advance(800);
  assertEquals(answers, ["no evidence", "no evidence", "no"]);
  await pool.close();
});

Deno.test("PoolView.ask() puts no question that would wait for a stream: that is no evidence, and told at once", async () => {
  const { pool, strategy, network } = scripted("a");
  pool.start();
  const a = network.at("a");
  a.up();
  a.maxStreams = 0;
  const [connection] = strategy.pool.connections;
  assert(connection);
  const answers: Answer[] = [];
  const inquiry = { question: "quorum", timeoutMs: 800 } as const;
  strategy.pool.ask(connection, inquiry, (answer) => answers.push(answer));
  assertEquals(answers, []);
  await microtasks();
  assertEquals(answers, ["no evidence"]);
  assertStrictEquals(a.calls.size, 0);
  await pool.close();
});

Deno.test("PoolView.ask() of a connection that is not ready says no, later; a canceled one says nothing", async () => {
  const { pool, strategy, network } = scripted("ab");
  pool.start();
  network.at("a").up();
  const [a, b] = strategy.pool.connections;
  assert(a && b);
  const answers: string[] = [];
  const inquiry = { question: "quorum", timeoutMs: 800 } as const;
  strategy.pool.ask(b, inquiry, (answer) => answers.push(`b ${answer}`));
  const cancel = strategy.pool.ask(a, inquiry, () => answers.push("a"));
  assertEquals(answers, []);
  const { call } = network.at("a");
  cancel();
  assert(call.canceled);
  await microtasks();
  assertEquals(answers, ["b no"]);
  await pool.close();
});
