// The whole table of the error handler: kind of failure × sent × connection
// lost × what the request does × generation. One line is one kind of failure;
// its three cells are read, idempotent request and write:
//
//   RRF m y   action under grpc1.0, grpc1.7, grpc1.23: Retry or Fail; adaptive
//             repeats what grpc1.23 does
//       m     it may have been applied
//         y   the error, when there is one, says `retryable`
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { BALANCER_NAMES, resolveBalancer } from "../../../balancers/by_name.ts";
import type { CallFailure } from "../../../errors/classify.ts";
import { judge, type JudgeContext } from "../../../errors/judge.ts";

const EFFECTS = ["read", "idempotent", "write"] as const;
const REACHES = ["unsent", "unprocessed", "unanswered", "answered"] as const;

/** What each kind of failure is on the wire. */
const KINDS: Readonly<Record<string, readonly [number, string]>> = {
  "own deadline": [4, "Deadline exceeded"],
  "UNAVAILABLE": [14, "transport is closing"],
  "REFUSED_STREAM": [14, "Stream refused by server"],
  "unprocessed": [14, "Stream refused by server"],
  "HTTP 413": [2, "Received HTTP status code 413"],
  "INTERNAL": [13, "Received RST_STREAM"],
  "UNKNOWN": [2, "socket has been ended"],
  "CANCELLED": [1, "context canceled"],
  "DEADLINE_EXCEEDED": [4, "context deadline exceeded"],
  "RESOURCE_EXHAUSTED": [8, "message too large"],
  "UNIMPLEMENTED": [12, "unknown method"],
  "ABORTED": [10, "aborted"],
  "no leader": [14, "etcdserver: no leader"],
  "leader changed": [14, "etcdserver: leader changed"],
  "request timed out": [14, "etcdserver: request timed out"],
  "server stopped": [14, "etcdserver: server stopped"],
  "too many requests": [8, "etcdserver: too many requests"],
  "database space exceeded": [8, "etcdserver: mvcc: database space exceeded"],
  "permission denied": [7, "etcdserver: permission denied"],
  "corrupt cluster": [15, "etcdserver: corrupt cluster"],
  // Servers before 3.6 send both as UNAVAILABLE.
  "not capable, etcd 3.5": [14, "etcdserver: not capable"],
  "learner, etcd 3.5": [14, "etcdserver: rpc not supported for learner"],
};

// deno-fmt-ignore
const TABLE = `
own deadline            | sent | -    | FFF - y | FFF m y | FFF m n | member     | timeout                  | TimeoutError
own deadline            | sent | lost | FFF - y | FFF m y | FFF m n | member     | timeout                  | TimeoutError
own deadline            | -    | -    | FFF - y | FFF - y | FFF - y | member     | timeout                  | TimeoutError
own deadline            | -    | lost | FFF - y | FFF - y | FFF - y | member     | timeout                  | TimeoutError
UNAVAILABLE             | sent | -    | RRR - y | RRR m y | FFF m n | member     | unavailable              | UnavailableError
UNAVAILABLE             | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
UNAVAILABLE             | -    | -    | RRR - y | RRR - y | RRR - y | connection | unavailable              | UnavailableError
UNAVAILABLE             | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
REFUSED_STREAM          | sent | -    | RRR - y | RRR m y | FFF m n | member     | unavailable              | UnavailableError
REFUSED_STREAM          | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
REFUSED_STREAM          | -    | -    | RRR - y | RRR - y | RRR - y | connection | unavailable              | UnavailableError
REFUSED_STREAM          | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
unprocessed             | sent | -    | RRR - y | RRR - y | FFR - y | member     | unavailable              | UnavailableError
unprocessed             | sent | lost | RRR - y | RRR - y | FFR - y | connection | connection_lost          | UnavailableError
unprocessed             | -    | -    | RRR - y | RRR - y | RRR - y | connection | unavailable              | UnavailableError
unprocessed             | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
HTTP 413                | sent | -    | FFF - n | FFF - n | FFF - n | call       | request_too_large        | EtcdError
HTTP 413                | sent | lost | FFF - n | FFF - n | FFF - n | call       | request_too_large        | EtcdError
HTTP 413                | -    | -    | FFF - n | FFF - n | FFF - n | call       | request_too_large        | EtcdError
HTTP 413                | -    | lost | FFF - n | FFF - n | FFF - n | call       | request_too_large        | EtcdError
INTERNAL                | sent | -    | RFF - n | RFF m n | FFF m n | member     | internal                 | EtcdError
INTERNAL                | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
INTERNAL                | -    | -    | FFF - n | FFF - n | FFF - n | member     | internal                 | EtcdError
INTERNAL                | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
UNKNOWN                 | sent | -    | FFF - n | FFF m n | FFF m n | call       | unknown                  | EtcdError
UNKNOWN                 | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
UNKNOWN                 | -    | -    | FFF - n | FFF - n | FFF - n | call       | unknown                  | EtcdError
UNKNOWN                 | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
CANCELLED               | sent | -    | FFF - n | FFF m n | FFF m n | call       | canceled                 | CanceledError
CANCELLED               | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
CANCELLED               | -    | -    | FFF - n | FFF - n | FFF - n | call       | canceled                 | CanceledError
CANCELLED               | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
DEADLINE_EXCEEDED       | sent | -    | FFF - y | FFF m y | FFF m n | member     | server_deadline_exceeded | TimeoutError
DEADLINE_EXCEEDED       | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
DEADLINE_EXCEEDED       | -    | -    | FFF - y | FFF - y | FFF - y | member     | server_deadline_exceeded | TimeoutError
DEADLINE_EXCEEDED       | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
RESOURCE_EXHAUSTED      | sent | -    | FFF - n | FFF - n | FFF - n | call       | resource_exhausted       | EtcdError
RESOURCE_EXHAUSTED      | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
RESOURCE_EXHAUSTED      | -    | -    | FFF - n | FFF - n | FFF - n | call       | resource_exhausted       | EtcdError
RESOURCE_EXHAUSTED      | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
UNIMPLEMENTED           | sent | -    | FFF - n | FFF - n | FFF - n | call       | unsupported              | UnsupportedError
UNIMPLEMENTED           | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
UNIMPLEMENTED           | -    | -    | FFF - n | FFF - n | FFF - n | call       | unsupported              | UnsupportedError
UNIMPLEMENTED           | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
ABORTED                 | sent | -    | FFF - n | FFF m n | FFF m n | call       | aborted                  | EtcdError
ABORTED                 | sent | lost | RRR - y | RRR m y | FFF m n | connection | connection_lost          | UnavailableError
ABORTED                 | -    | -    | FFF - n | FFF - n | FFF - n | call       | aborted                  | EtcdError
ABORTED                 | -    | lost | RRR - y | RRR - y | RRR - y | connection | connection_lost          | UnavailableError
no leader               | sent | -    | RRR - y | RRR - y | FFF - y | member     | no_leader                | NoLeaderError
no leader               | sent | lost | RRR - y | RRR - y | FFF - y | member     | no_leader                | NoLeaderError
no leader               | -    | -    | RRR - y | RRR - y | FFF - y | member     | no_leader                | NoLeaderError
no leader               | -    | lost | RRR - y | RRR - y | FFF - y | member     | no_leader                | NoLeaderError
leader changed          | sent | -    | RRR - y | RRR m y | FFF m n | cluster    | leader_changed           | UnavailableError
leader changed          | sent | lost | RRR - y | RRR m y | FFF m n | cluster    | leader_changed           | UnavailableError
leader changed          | -    | -    | RRR - y | RRR m y | FFF m n | cluster    | leader_changed           | UnavailableError
leader changed          | -    | lost | RRR - y | RRR m y | FFF m n | cluster    | leader_changed           | UnavailableError
request timed out       | sent | -    | RRR - y | RRR m y | FFF m n | member     | server_timeout           | TimeoutError
request timed out       | sent | lost | RRR - y | RRR m y | FFF m n | member     | server_timeout           | TimeoutError
request timed out       | -    | -    | RRR - y | RRR m y | FFF m n | member     | server_timeout           | TimeoutError
request timed out       | -    | lost | RRR - y | RRR m y | FFF m n | member     | server_timeout           | TimeoutError
server stopped          | sent | -    | RRR - y | RRR m y | FFF m n | member     | server_stopped           | UnavailableError
server stopped          | sent | lost | RRR - y | RRR m y | FFF m n | member     | server_stopped           | UnavailableError
server stopped          | -    | -    | RRR - y | RRR m y | FFF m n | member     | server_stopped           | UnavailableError
server stopped          | -    | lost | RRR - y | RRR m y | FFF m n | member     | server_stopped           | UnavailableError
too many requests       | sent | -    | FFF - y | FFF - y | FFF - y | call       | too_many_requests        | EtcdError
too many requests       | sent | lost | FFF - y | FFF - y | FFF - y | call       | too_many_requests        | EtcdError
too many requests       | -    | -    | FFF - y | FFF - y | FFF - y | call       | too_many_requests        | EtcdError
too many requests       | -    | lost | FFF - y | FFF - y | FFF - y | call       | too_many_requests        | EtcdError
database space exceeded | sent | -    | FFF - n | FFF m n | FFF m n | call       | no_space                 | NoSpaceError
database space exceeded | sent | lost | FFF - n | FFF m n | FFF m n | call       | no_space                 | NoSpaceError
database space exceeded | -    | -    | FFF - n | FFF m n | FFF m n | call       | no_space                 | NoSpaceError
database space exceeded | -    | lost | FFF - n | FFF m n | FFF m n | call       | no_space                 | NoSpaceError
permission denied       | sent | -    | FFF - n | FFF - n | FFF - n | call       | permission_denied        | PermissionDeniedError
permission denied       | sent | lost | FFF - n | FFF - n | FFF - n | call       | permission_denied        | PermissionDeniedError
permission denied       | -    | -    | FFF - n | FFF - n | FFF - n | call       | permission_denied        | PermissionDeniedError
permission denied       | -    | lost | FFF - n | FFF - n | FFF - n | call       | permission_denied        | PermissionDeniedError
corrupt cluster         | sent | -    | FFF - n | FFF m n | FFF m n | call       | corrupt                  | CorruptError
corrupt cluster         | sent | lost | FFF - n | FFF m n | FFF m n | call       | corrupt                  | CorruptError
corrupt cluster         | -    | -    | FFF - n | FFF m n | FFF m n | call       | corrupt                  | CorruptError
corrupt cluster         | -    | lost | FFF - n | FFF m n | FFF m n | call       | corrupt                  | CorruptError
not capable, etcd 3.5   | sent | -    | FFF - n | FFF - n | FFF - n | call       | not_capable              | EtcdError
not capable, etcd 3.5   | sent | lost | FFF - n | FFF - n | FFF - n | call       | not_capable              | EtcdError
not capable, etcd 3.5   | -    | -    | FFF - n | FFF - n | FFF - n | call       | not_capable              | EtcdError
not capable, etcd 3.5   | -    | lost | FFF - n | FFF - n | FFF - n | call       | not_capable              | EtcdError
learner, etcd 3.5       | sent | -    | RRR - y | RRR - y | RRR - y | learner    | not_supported_for_learner| EtcdError
learner, etcd 3.5       | sent | lost | RRR - y | RRR - y | RRR - y | learner    | not_supported_for_learner| EtcdError
learner, etcd 3.5       | -    | -    | RRR - y | RRR - y | RRR - y | learner    | not_supported_for_learner| EtcdError
learner, etcd 3.5       | -    | lost | RRR - y | RRR - y | RRR - y | learner    | not_supported_for_learner| EtcdError`.trim().split("\n").map((line) => line.split("|").map((cell) => cell.trim()));

function contextOf(
  effect: JudgeContext["effect"],
  policy: JudgeContext["policy"],
): JudgeContext {
  return {
    action: "put",
    method: "KV.Put",
    since: undefined,
    endpoint: "http://a:2379",
    effect,
    attempt: 1,
    earlier: [],
    maybeCommitted: false,
    durationMs: 3,
    timeoutMs: 100,
    policy,
    endpoints: 3,
    canReauthenticate: false,
    random: () => 0.5,
  };
}

Deno.test("judge() decides each row of its table as listed", () => {
  const rows = new Set(TABLE.map((row) => row.slice(0, 3).join("|")));
  assertStrictEquals(rows.size, Object.keys(KINDS).length * 4, "every row");
  let verdicts = 0;
  for (const [kind = "", sent, lost, ...expected] of TABLE) {
    const cells = expected.slice(0, 3);
    const [blame, code, className] = expected.slice(3);
    const [grpcCode, details] = KINDS[kind] ?? [NaN, ""];
    const failure: CallFailure = {
      grpcCode,
      details,
      reach: sent !== "sent"
        ? "unsent"
        : kind === "unprocessed"
        ? "unprocessed"
        : "answered",
      disconnected: lost === "lost",
      ownDeadline: kind === "own deadline",
      ...kind === "HTTP 413" && { httpStatus: 413 },
    };
    for (const [column, effect] of EFFECTS.entries()) {
      const [actions = "", maybe, retryable] = cells[column]?.split(" ") ?? [];
      for (const [at, name] of BALANCER_NAMES.entries()) {
        const row = `${kind} | ${sent} | ${lost} | ${effect} | ${name}`;
        const { retry } = resolveBalancer(name)({ dialTimeoutMs: 1 });
        const context = contextOf(effect, retry);
        const verdict = judge(failure, context);
        assertStrictEquals(
          verdict.action,
          actions[Math.min(at, 2)] === "R" ? "retry" : "fail",
          row,
        );
        // With no attempt left, whatever would be repeated fails.
        const policy = { ...retry, maxAttempts: 1 };
        const last = judge(failure, { ...context, policy });
        assert(last.action === "fail", row);
        const { error } = last;
        assertEquals(
          [verdict.blame, error.code, error.name],
          [blame, code, className],
          row,
        );
        assertStrictEquals(verdict.maybeCommitted, maybe === "m", row);
        assertStrictEquals(error.maybeCommitted, maybe === "m", row);
        assertStrictEquals(error.retryable, retryable === "y", row);
        verdicts++;
      }
    }
  }
  const cells = Object.keys(KINDS).length * 4 * EFFECTS.length;
  assertStrictEquals(verdicts, cells * BALANCER_NAMES.length);
});

Deno.test("judge() repeats no write that may have been applied, whatever the facts", () => {
  for (const [grpcCode, details] of Object.values(KINDS)) {
    for (const at of Array(16).keys()) {
      const failure: CallFailure = {
        grpcCode,
        details,
        reach: REACHES[at >> 2] ?? "answered",
        disconnected: (at & 1) !== 0,
        ownDeadline: (at & 2) !== 0,
      };
      for (const name of BALANCER_NAMES) {
        const { retry } = resolveBalancer(name)({ dialTimeoutMs: 1 });
        const verdict = judge(failure, contextOf("write", retry));
        const repeated = verdict.action === "retry";
        assert(!(repeated && verdict.maybeCommitted), JSON.stringify(failure));
      }
    }
  }
});

Deno.test("judge() has a write that was not processed sent again once, and no more", () => {
  const failure: CallFailure = {
    grpcCode: 14,
    details: "Stream refused by server",
    reach: "unprocessed",
    disconnected: false,
    ownDeadline: false,
  };
  const { retry } = resolveBalancer("grpc1.23")({ dialTimeoutMs: 1 });
  const actions = [1, 2].map((attempt) =>
    judge(failure, { ...contextOf("write", retry), attempt }).action
  );
  assertEquals(actions, ["retry", "fail"]);
});
