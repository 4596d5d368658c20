import { assert } from "@std/assert";
import { resolveBalancer } from "../../../balancers/by_name.ts";
import type { CallFailure } from "../../../errors/classify.ts";
import { GRPC_CODE } from "../../../errors/codes.ts";
import type { EtcdError } from "../../../errors/etcd_error.ts";
import { judge, type JudgeContext } from "../../../errors/judge.ts";

const { retry: ROUND_ROBIN } = resolveBalancer("grpc1.23")({
  dialTimeoutMs: 1,
});

export const FAILURE: CallFailure = {
  grpcCode: GRPC_CODE.unavailable,
  details: "etcdserver: no leader",
  reach: "answered",
  disconnected: false,
  ownDeadline: false,
};

export const CONTEXT: JudgeContext = {
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

export function errorOf(
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
