import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStrictEquals,
} from "@std/assert";
import { BALANCER_NAMES, resolveBalancer } from "../../../balancers/by_name.ts";
import { GRPC_CODE } from "../../../errors/codes.ts";
import type { Attempt } from "../../../errors/etcd_error.ts";
import { judge, type JudgeContext } from "../../../errors/judge.ts";
import { CONTEXT, errorOf, FAILURE } from "./_judged.ts";

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
