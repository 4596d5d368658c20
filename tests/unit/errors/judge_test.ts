import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStrictEquals,
} from "@std/assert";
import { BALANCER_NAMES, resolveBalancer } from "../../../balancers/by_name.ts";
import type { CallFailure } from "../../../errors/classify.ts";
import { GRPC_CODE } from "../../../errors/codes.ts";
import type { Attempt, EtcdError } from "../../../errors/etcd_error.ts";
import { judge, type JudgeContext } from "../../../errors/judge.ts";
import { UnsupportedError } from "../../../errors/specific_errors.ts";

const { retry: ROUND_ROBIN } = resolveBalancer("grpc1.23")({
  dialTimeoutMs: 1,
});

const FAILURE: CallFailure = {
  grpcCode: GRPC_CODE.unavailable,
  details: "etcdserver: no leader",
  sent: true,
  disconnected: false,
  ownDeadline: false,
};

const CONTEXT: JudgeContext = {
  action: "get",
  method: "KV.Range",
  since: undefined,
  endpoint: "http://a:2379",
  effect: "read",
  attempt: 1,
  earlier: [],
  maybeCommitted: false,
  durationMs: 12,
  timeoutMs: 300,
  policy: ROUND_ROBIN,
  endpoints: 3,
  canReauthenticate: false,
  random: () => 0.5,
};

function errorOf(
  failure: Partial<CallFailure>,
  context: Partial<JudgeContext> = {},
): EtcdError {
  const verdict = judge({ ...FAILURE, ...failure }, {
    ...CONTEXT,
    policy: { ...ROUND_ROBIN, maxAttempts: 1 },
    ...context,
  });
  assert(verdict.action === "fail");
  return verdict.error;
}

/** Judges the same failure again and again until it is given up. */
function exhaust(context: Partial<JudgeContext>): {
  readonly attempts: readonly Attempt[];
  readonly delaysMs: readonly number[];
} {
  const delaysMs: number[] = [];
  let earlier: readonly Attempt[] = [];
  while (delaysMs.length < 1_000) {
    const verdict = judge(FAILURE, {
      ...CONTEXT,
      ...context,
      attempt: earlier.length + 1,
      earlier,
    });
    if (verdict.action === "fail") {
      return { attempts: verdict.error.attempts, delaysMs };
    }
    assert(verdict.action === "retry");
    delaysMs.push(verdict.delayMs);
    earlier = [...earlier, verdict.attempt];
  }
  return { attempts: earlier, delaysMs };
}

Deno.test("judge() gives up after 100 attempts under grpc1.23, having waited once per quorum (§3.2)", () => {
  for (const [endpoints, waits] of [[1, 99], [3, 49], [5, 33]] as const) {
    const { attempts, delaysMs } = exhaust({ endpoints });
    assertStrictEquals(attempts.length, 100);
    const waited = delaysMs.filter((ms) => ms > 0);
    assertStrictEquals(waited.length, waits, `${endpoints} endpoints`);
    assertEquals([...new Set(waited)], [25]);
  }
});

Deno.test("judge() waits before the second repetition of three endpoints, the third of five", () => {
  for (const [endpoints, first] of [[1, 0], [2, 1], [3, 1], [5, 2]] as const) {
    const { delaysMs } = exhaust({ endpoints });
    assertStrictEquals(
      delaysMs.findIndex((ms) => ms > 0),
      first,
      `${endpoints} endpoints`,
    );
  }
});

Deno.test("judge() never gives up reads under the pinned generations, and waits each time", () => {
  for (const name of ["grpc1.0", "grpc1.7"] as const) {
    const policy = resolveBalancer(name)({ dialTimeoutMs: 1 }).retry;
    const { delaysMs } = exhaust({ policy });
    assertStrictEquals(delaysMs.length, 1_000);
    assertEquals([...new Set(delaysMs)], [25]);
  }
});

Deno.test("judge() varies its wait by 10 % either way", () => {
  for (const [random, ms] of [[0, 22.5], [0.5, 25], [1, 27.5]] as const) {
    const context = { ...CONTEXT, endpoints: 1, random: () => random };
    const verdict = judge(FAILURE, context);
    assert(verdict.action === "retry");
    assertAlmostEquals(verdict.delayMs, ms);
  }
});

Deno.test("judge() keeps the trail of attempts, the last one included", () => {
  const earlier: Attempt[] = [
    { endpoint: "http://b:2379", code: "connection_lost", durationMs: 5 },
  ];
  assertEquals(errorOf({}, { earlier }).attempts, [
    ...earlier,
    { endpoint: "http://a:2379", code: "no_leader", durationMs: 12 },
  ]);
});

Deno.test("judge() remembers that an earlier attempt may have been applied", () => {
  const context = { effect: "idempotent", maybeCommitted: true } as const;
  const { maybeCommitted, message } = errorOf({}, context);
  assert(maybeCommitted);
  assert(message.endsWith("; it may have been applied"), message);
  const verdict = judge(FAILURE, { ...CONTEXT, ...context });
  assert(verdict.action === "retry" && verdict.maybeCommitted);
});

Deno.test("judge() asks for a fresh token on the three messages, if one can be had", () => {
  const stale = [
    "etcdserver: invalid auth token",
    "etcdserver: revision of auth store is old",
    "etcdserver: user name is empty",
  ];
  for (const effect of ["read", "idempotent", "write"] as const) {
    for (const details of stale) {
      const failure = { ...FAILURE, grpcCode: 16, details };
      const context = { ...CONTEXT, effect };
      const asks = judge(failure, { ...context, canReauthenticate: true });
      assertStrictEquals(asks.action, "reauthenticate", details);
      assertEquals([asks.blame, asks.maybeCommitted], ["call", false]);
      const fails = judge(failure, context);
      assert(fails.action === "fail");
      assertStrictEquals(fails.error.name, "AuthError", details);
    }
  }
  const other = { ...FAILURE, details: "etcdserver: permission denied" };
  const verdict = judge(other, { ...CONTEXT, canReauthenticate: true });
  assertStrictEquals(verdict.action, "fail");
});

Deno.test("judge() asks another member instead of a learner only if there is one", () => {
  const failure = {
    ...FAILURE,
    grpcCode: GRPC_CODE.failedPrecondition,
    details: "etcdserver: rpc not supported for learner",
  };
  for (const effect of ["read", "idempotent", "write"] as const) {
    for (const [endpoints, action] of [[1, "fail"], [2, "retry"]] as const) {
      const context = { ...CONTEXT, effect, endpoints };
      assertStrictEquals(judge(failure, context).action, action);
    }
  }
});

Deno.test("judge() asks until every endpoint has said that it is a learner", () => {
  const failure = {
    ...FAILURE,
    grpcCode: GRPC_CODE.failedPrecondition,
    details: "etcdserver: rpc not supported for learner",
  };
  const code = "not_supported_for_learner";
  const learner = (name: string) => ({
    endpoint: `http://${name}:2379`,
    code,
    durationMs: 1,
  } as const);
  for (const name of BALANCER_NAMES) {
    const policy = resolveBalancer(name)({ dialTimeoutMs: 1 }).retry;
    const asked = (attempt: number, ...earlier: Attempt[]) => {
      const context = { ...CONTEXT, policy, endpoints: 2, attempt, earlier };
      const verdict = judge(failure, { ...context, effect: "write" });
      assertEquals([verdict.blame, verdict.maybeCommitted], ["learner", false]);
      return verdict.action === "fail"
        ? ["fail", verdict.error.code, verdict.error.retryable]
        : [verdict.action];
    };
    assertEquals(asked(1), ["retry"], name);
    // The same one again: the other may not be up yet.
    assertEquals(asked(2, learner("a")), ["retry"], name);
    assertEquals(asked(2, { ...learner("b"), code: "unavailable" }), ["retry"]);
    assertEquals(asked(2, learner("b")), ["fail", code, false], name);
    const earlier = Array(99).fill(learner("a"));
    assertEquals(asked(100, ...earlier), ["fail", code, true], name);
  }
});

Deno.test("judge() says what it could not do, the state, the code and the endpoint", () => {
  const put = { action: "put", effect: "write" } as const;
  const cases: readonly (readonly [string, EtcdError])[] = [
    [
      "Cannot get: etcdserver: no leader (no_leader, from http://a:2379)",
      errorOf({}),
    ],
    [
      "Cannot put: no answer from http://a:2379 within 300 ms (timeout); it may have been applied",
      errorOf({ ownDeadline: true }, put),
    ],
    [
      "Cannot put: waited for a stream, and got none within 300 ms (timeout)",
      errorOf({
        ownDeadline: true,
        sent: false,
        details: "waited for a stream",
      }, put),
    ],
    [
      "Cannot put: lost the connection to http://a:2379 before it was sent (connection_lost): waited for a stream",
      errorOf(
        { details: "waited for a stream", disconnected: true, sent: false },
        { ...put, policy: { ...CONTEXT.policy, maxAttempts: 1 } },
      ),
    ],
    [
      "Cannot get: no answer from http://a:2379 within 300 ms (timeout), the last of 4 attempts, the one before ended at http://b:2379 (no_leader)",
      errorOf({ ownDeadline: true }, {
        attempt: 4,
        earlier: [
          { endpoint: "http://b:2379", code: "no_leader", durationMs: 2 },
        ],
      }),
    ],
    [
      "Cannot put: lost the connection to http://a:2379 during the call (connection_lost): Received RST_STREAM; it may have been applied",
      errorOf({ details: "Received RST_STREAM", disconnected: true }, put),
    ],
    [
      "Cannot get: something (INTERNAL, from http://a:2379)",
      errorOf({ grpcCode: 13, details: "something" }),
    ],
    [
      "Cannot get: no reason given (UNKNOWN, from http://a:2379)",
      errorOf({ grpcCode: 2, details: "" }),
    ],
    [
      "Cannot get: unknown method (UNIMPLEMENTED, from http://a:2379) (needs etcd 3.5)",
      errorOf({ grpcCode: 12, details: "unknown method" }, { since: "3.5" }),
    ],
    [
      "Cannot get: unknown service (UNIMPLEMENTED, from http://a:2379) (needs an etcd server)",
      errorOf({ grpcCode: 12, details: "unknown service" }),
    ],
  ];
  for (const [message, error] of cases) {
    assertStrictEquals(error.message, message);
    assertStrictEquals(error.endpoint, "http://a:2379");
    assertStrictEquals(error.method, "KV.Range");
  }
});

Deno.test("judge() tells what a method needs that the server does not have", () => {
  const error = errorOf({ grpcCode: 12, details: "" }, { since: "3.5" });
  assert(error instanceof UnsupportedError);
  assertStrictEquals(error.needs, "etcd 3.5");
  assertStrictEquals(error.code, "unsupported");
});

Deno.test("judge() draws only for a wait", () => {
  let draws = 0;
  const random = () => ++draws / 10;
  for (const details of ["etcdserver: no leader", "etcdserver: not capable"]) {
    judge({ ...FAILURE, details }, { ...CONTEXT, random });
  }
  assertStrictEquals(draws, 0);
  judge(FAILURE, { ...CONTEXT, random, endpoints: 1 });
  assertStrictEquals(draws, 1);
});

Deno.test("judge() changes nothing it is given", () => {
  const failure = Object.freeze({ ...FAILURE });
  for (const name of BALANCER_NAMES) {
    const { retry } = resolveBalancer(name)({ dialTimeoutMs: 1 });
    const earlier = Object.freeze([]);
    const context = Object.freeze({ ...CONTEXT, policy: retry, earlier });
    assertEquals(judge(failure, context), judge(failure, context));
  }
});
