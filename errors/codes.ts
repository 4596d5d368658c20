/** gRPC status codes by name, as numbers on the wire. */
export const GRPC_CODE = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

const GRPC_NAMES: readonly string[] = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

/** The upper-case name of a gRPC status code, such as `UNAVAILABLE`. */
export function grpcCodeName(grpcCode: number): string {
  return GRPC_NAMES[grpcCode] ?? `CODE_${grpcCode}`;
}

/**
 * The code of an error: one word to branch on. The first group is decided by
 * this client, the second names a gRPC status without one of etcd's messages,
 * the third is etcd's own catalogue (`api/v3rpc/rpctypes/error.go`).
 */
export type ErrorCode =
  | "invalid_option"
  | "client_closed"
  | "canceled"
  | "timeout"
  | "unavailable"
  | "connection_lost"
  | "tls_failed"
  | "deno_permission"
  | "missing_package"
  | "wrong_cluster"
  | "protocol"
  | "unsupported"
  | "lease_lost"
  | "lock_lost"
  | "watch_overflow"
  | "history_lost"
  | "stale_read"
  | "codec_failed"
  | "balancer_failed"
  | "interceptor_failed"
  // A gRPC status without one of etcd's messages.
  | "unknown"
  | "internal"
  | "invalid_argument"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "data_loss"
  | "unauthenticated"
  // etcd's messages.
  | "empty_key"
  | "key_not_found"
  | "value_provided"
  | "lease_provided"
  | "too_many_operations"
  | "duplicate_key"
  | "invalid_client_api_version"
  | "invalid_sort_option"
  | "compacted"
  | "future_revision"
  | "no_space"
  | "lease_not_found"
  | "lease_exists"
  | "lease_ttl_too_large"
  | "watch_canceled"
  | "member_exists"
  | "peer_url_exists"
  | "member_not_enough_started"
  | "member_bad_urls"
  | "member_not_found"
  | "member_not_learner"
  | "learner_not_ready"
  | "too_many_learners"
  | "cluster_id_mismatch"
  | "request_too_large"
  | "too_many_requests"
  | "root_user_not_exist"
  | "root_role_not_exist"
  | "user_already_exists"
  | "user_empty"
  | "user_not_found"
  | "role_already_exists"
  | "role_not_found"
  | "role_empty"
  | "auth_failed"
  | "permission_not_given"
  | "role_not_granted"
  | "permission_not_granted"
  | "auth_not_enabled"
  | "invalid_auth_token"
  | "invalid_auth_management"
  | "auth_old_revision"
  | "no_leader"
  | "not_leader"
  | "leader_changed"
  | "not_capable"
  | "server_stopped"
  | "server_timeout"
  | "unhealthy"
  | "corrupt"
  | "not_supported_for_learner"
  | "bad_leader_transferee"
  | "wrong_downgrade_version_format"
  | "invalid_downgrade_target_version"
  | "cluster_version_unavailable"
  | "downgrade_in_process"
  | "no_inflight_downgrade"
  | "server_canceled"
  | "server_deadline_exceeded"
  // The message of its election service.
  | "nobody_leads";
