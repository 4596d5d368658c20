import { assertEquals } from "@std/assert";
import { type CallFailure, classify } from "../../../errors/classify.ts";
import {
  type ErrorCode,
  GRPC_CODE,
  grpcCodeName,
} from "../../../errors/codes.ts";

const FAILURE: CallFailure = {
  grpcCode: GRPC_CODE.unknown,
  details: "",
  reach: "answered",
  disconnected: false,
  ownDeadline: false,
};

// Which statuses a server gives instead of running the request.
const BY_STATUS: readonly (readonly [
  keyof typeof GRPC_CODE,
  ErrorCode,
  "never" | "maybe",
])[] = [
  ["canceled", "canceled", "maybe"],
  ["unknown", "unknown", "maybe"],
  ["invalidArgument", "invalid_argument", "never"],
  ["deadlineExceeded", "server_deadline_exceeded", "maybe"],
  ["notFound", "not_found", "never"],
  ["alreadyExists", "already_exists", "maybe"],
  ["permissionDenied", "permission_denied", "never"],
  ["resourceExhausted", "resource_exhausted", "never"],
  ["failedPrecondition", "failed_precondition", "never"],
  ["aborted", "aborted", "maybe"],
  ["outOfRange", "out_of_range", "never"],
  ["unimplemented", "unsupported", "never"],
  ["internal", "internal", "maybe"],
  ["unavailable", "unavailable", "maybe"],
  ["dataLoss", "data_loss", "maybe"],
  ["unauthenticated", "unauthenticated", "never"],
];

Deno.test("classify() names each gRPC status that carries no message of etcd's", () => {
  assertEquals(BY_STATUS.length, Object.keys(GRPC_CODE).length - 1);
  for (const [name, code, applied] of BY_STATUS) {
    const grpcCode = GRPC_CODE[name];
    const failure = { ...FAILURE, grpcCode };
    const fromEtcd = false;
    assertEquals(
      classify(failure),
      { code, grpcCode, fromEtcd, applied },
      name,
    );
    assertEquals(
      classify({ ...failure, reach: "unsent" }),
      { code, grpcCode, fromEtcd, applied: "never" },
      name,
    );
  }
});

Deno.test("classify() calls a status it does not know 'unknown', and a write maybe applied", () => {
  for (const grpcCode of [17, 99, -1, 0]) {
    const { code, applied } = classify({ ...FAILURE, grpcCode });
    assertEquals([code, applied], ["unknown", "maybe"]);
  }
});

Deno.test("classify() recognises a lost connection under every code grpc-js reports it", () => {
  // 14 mostly, 13 and 2 measured; the connection says it, not the text.
  for (const grpcCode of [14, 13, 2, 1]) {
    for (const reach of ["answered", "unanswered", "unsent"] as const) {
      assertEquals(
        classify({ ...FAILURE, grpcCode, reach, disconnected: true }),
        {
          code: "connection_lost",
          grpcCode: GRPC_CODE.unavailable,
          fromEtcd: false,
          applied: reach === "unsent" ? "never" : "maybe",
        },
      );
    }
  }
});

Deno.test("classify() puts the own deadline first, then etcd's message, then the lost connection", () => {
  const all = {
    ...FAILURE,
    grpcCode: GRPC_CODE.deadlineExceeded,
    details: "etcdserver: no leader",
    disconnected: true,
    ownDeadline: true,
  };
  assertEquals(classify(all).code, "timeout");
  assertEquals(classify({ ...all, reach: "unsent" }).applied, "never");
  assertEquals(classify({ ...all, ownDeadline: false }).code, "no_leader");
  assertEquals(
    classify({ ...all, ownDeadline: false, details: "no leader" }).code,
    "connection_lost",
  );
});

Deno.test("grpcCodeName() gives gRPC's names, and the number of one without", () => {
  assertEquals(grpcCodeName(0), "OK");
  assertEquals(grpcCodeName(14), "UNAVAILABLE");
  assertEquals(grpcCodeName(16), "UNAUTHENTICATED");
  assertEquals(grpcCodeName(17), "CODE_17");
});

Deno.test("classify() knows what a member says while it is being removed", () => {
  const failure: CallFailure = {
    reach: "answered",
    disconnected: false,
    ownDeadline: false,
    grpcCode: GRPC_CODE.unknown,
    details: "raft: stopped",
  };
  assertEquals(classify(failure), {
    code: "server_stopped",
    grpcCode: GRPC_CODE.unavailable,
    fromEtcd: true,
    applied: "maybe",
  });
});

Deno.test("classify() knows etcd's messages in a gRPC status as Go prints it", () => {
  const { code, grpcCode, fromEtcd } = classify({
    ...FAILURE,
    details:
      "rpc error: code = Unknown desc = rpc error: code = NotFound desc = etcdserver: requested lease not found",
  });
  assertEquals(
    [code, grpcCode, fromEtcd],
    ["lease_not_found", GRPC_CODE.notFound, true],
  );
  const other = "rpc error: code = Unknown desc = etcdserver: nothing known";
  assertEquals(classify({ ...FAILURE, details: other }).code, "unknown");
});

Deno.test("classify() has one code for a request that is too large, whoever refuses it", () => {
  for (
    const details of [
      "etcdserver: request is too large",
      "grpc: received message larger than max (2200010 vs. 2097152)",
      // etcd's gRPC proxy, at a lower limit.
      "trying to send message larger than max (1700009 vs. 1572864)",
    ]
  ) {
    const grpcCode = GRPC_CODE.resourceExhausted;
    assertEquals(classify({ ...FAILURE, grpcCode, details }), {
      code: "request_too_large",
      grpcCode: GRPC_CODE.invalidArgument,
      fromEtcd: true,
      applied: "never",
    });
  }
});
