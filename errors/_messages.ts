import { type ErrorCode, GRPC_CODE } from "./codes.ts";

/** The meaning of one of etcd's own messages. */
export interface EtcdMessage {
  /** The code this client gives it. */
  readonly code: ErrorCode;
  /**
   * The gRPC code of etcd 3.7; older servers send others for three of them,
   * and this table wins, as in Go's client.
   */
  readonly grpcCode: number;
  /** Whether a write answered with it can have been, or still be, applied. */
  readonly applied: "never" | "maybe";
}

type Row = readonly [
  text: string,
  code: ErrorCode,
  grpcCode: keyof typeof GRPC_CODE,
  applied?: "maybe",
];

// `api/v3rpc/rpctypes/error.go` at v3.7.1, without the common prefix. "maybe"
// marks what a member answers after it may have handed the write to raft.
const ROWS: readonly Row[] = [
  ["key is not provided", "empty_key", "invalidArgument"],
  ["key not found", "key_not_found", "invalidArgument"],
  ["value is provided", "value_provided", "invalidArgument"],
  ["lease is provided", "lease_provided", "invalidArgument"],
  [
    "too many operations in txn request",
    "too_many_operations",
    "invalidArgument",
  ],
  ["duplicate key given in txn request", "duplicate_key", "invalidArgument"],
  [
    "invalid client api version",
    "invalid_client_api_version",
    "invalidArgument",
  ],
  ["invalid sort option", "invalid_sort_option", "invalidArgument"],
  ["mvcc: required revision has been compacted", "compacted", "outOfRange"],
  [
    "mvcc: required revision is a future revision",
    "future_revision",
    "outOfRange",
  ],
  // A write that itself crosses the quota is applied, and answered with this
  // all the same (etcd 3.5.16, the applier's quota check).
  [
    "mvcc: database space exceeded",
    "no_space",
    "resourceExhausted",
    "maybe",
  ],
  ["requested lease not found", "lease_not_found", "notFound"],
  ["lease already exists", "lease_exists", "failedPrecondition"],
  ["too large lease TTL", "lease_ttl_too_large", "outOfRange"],
  ["watch canceled", "watch_canceled", "canceled"],
  ["member ID already exist", "member_exists", "failedPrecondition"],
  ["Peer URLs already exists", "peer_url_exists", "failedPrecondition"],
  [
    "re-configuration failed due to not enough started members",
    "member_not_enough_started",
    "failedPrecondition",
  ],
  ["given member URLs are invalid", "member_bad_urls", "invalidArgument"],
  ["member not found", "member_not_found", "notFound"],
  [
    "can only promote a learner member",
    "member_not_learner",
    "failedPrecondition",
  ],
  [
    "can only promote a learner member which is in sync with leader",
    "learner_not_ready",
    "failedPrecondition",
  ],
  [
    "too many learner members in cluster",
    "too_many_learners",
    "failedPrecondition",
  ],
  ["cluster ID mismatch", "cluster_id_mismatch", "failedPrecondition"],
  ["request is too large", "request_too_large", "invalidArgument"],
  ["too many requests", "too_many_requests", "resourceExhausted"],
  ["root user does not exist", "root_user_not_exist", "failedPrecondition"],
  [
    "root user does not have root role",
    "root_role_not_exist",
    "failedPrecondition",
  ],
  ["user name already exists", "user_already_exists", "failedPrecondition"],
  ["user name is empty", "user_empty", "invalidArgument"],
  ["user name not found", "user_not_found", "failedPrecondition"],
  ["role name already exists", "role_already_exists", "failedPrecondition"],
  ["role name not found", "role_not_found", "failedPrecondition"],
  ["role name is empty", "role_empty", "invalidArgument"],
  [
    "authentication failed, invalid user ID or password",
    "auth_failed",
    "invalidArgument",
  ],
  ["permission not given", "permission_not_given", "invalidArgument"],
  ["permission denied", "permission_denied", "permissionDenied"],
  ["role is not granted to the user", "role_not_granted", "failedPrecondition"],
  [
    "permission is not granted to the role",
    "permission_not_granted",
    "failedPrecondition",
  ],
  ["authentication is not enabled", "auth_not_enabled", "failedPrecondition"],
  ["invalid auth token", "invalid_auth_token", "unauthenticated"],
  ["invalid auth management", "invalid_auth_management", "invalidArgument"],
  ["revision of auth store is old", "auth_old_revision", "invalidArgument"],
  ["no leader", "no_leader", "unavailable"],
  ["not leader", "not_leader", "failedPrecondition"],
  ["leader changed", "leader_changed", "unavailable", "maybe"],
  ["not capable", "not_capable", "failedPrecondition"],
  ["server stopped", "server_stopped", "unavailable", "maybe"],
  ["request timed out", "server_timeout", "unavailable", "maybe"],
  [
    "request timed out, possibly due to previous leader failure",
    "server_timeout",
    "unavailable",
    "maybe",
  ],
  [
    "request timed out, possibly due to connection lost",
    "server_timeout",
    "unavailable",
    "maybe",
  ],
  [
    "request timed out, waiting for the applied index took too long",
    "server_timeout",
    "unavailable",
    "maybe",
  ],
  ["unhealthy cluster", "unhealthy", "unavailable"],
  ["corrupt cluster", "corrupt", "dataLoss", "maybe"],
  [
    "rpc not supported for learner",
    "not_supported_for_learner",
    "failedPrecondition",
  ],
  ["bad leader transferee", "bad_leader_transferee", "failedPrecondition"],
  [
    "wrong downgrade target version format",
    "wrong_downgrade_version_format",
    "invalidArgument",
  ],
  [
    "invalid downgrade target version",
    "invalid_downgrade_target_version",
    "invalidArgument",
  ],
  [
    "cluster version not found during downgrade",
    "cluster_version_unavailable",
    "failedPrecondition",
  ],
  [
    "cluster has a downgrade job in progress",
    "downgrade_in_process",
    "failedPrecondition",
  ],
  ["no inflight downgrade job", "no_inflight_downgrade", "failedPrecondition"],
  ["request canceled", "server_canceled", "canceled", "maybe"],
  [
    "context deadline exceeded",
    "server_deadline_exceeded",
    "deadlineExceeded",
    "maybe",
  ],
];

// The messages of the lock and election services, from `client/v3/concurrency`.
const SERVICE_ROWS: readonly Row[] = [
  ["mutex: session is expired", "lock_lost", "unknown"],
  ["election: not leader", "lock_lost", "unknown"],
  ["election: no leader", "nobody_leads", "unknown"],
];

// The maintenance service up to 3.5 passes on these messages of `auth/store.go`,
// as UNKNOWN. Other services translate them.
const AUTH_ROWS: readonly Row[] = [
  ["auth: invalid auth token", "invalid_auth_token", "unauthenticated"],
  ["auth: revision in header is old", "auth_old_revision", "invalidArgument"],
  ["auth: permission denied", "permission_denied", "permissionDenied"],
  ["auth: user name is empty", "user_empty", "invalidArgument"],
];

// The message of a member that is removed while it serves a write.
const RAFT_ROWS: readonly Row[] = [
  ["raft: stopped", "server_stopped", "unavailable", "maybe"],
];

const PREFIX = "etcdserver: ";

const BY_TEXT: ReadonlyMap<string, EtcdMessage> = new Map(
  [
    ...ROWS.map(([text, ...rest]): Row => [PREFIX + text, ...rest]),
    ...SERVICE_ROWS,
    ...AUTH_ROWS,
    ...RAFT_ROWS,
  ].map(([text, code, grpcCode, applied]) => [
    text,
    { code, grpcCode: GRPC_CODE[grpcCode], applied: applied ?? "never" },
  ]),
);

// The message of gRPC itself about a request beyond etcd's limit, or beyond that
// of the client inside etcd's gRPC proxy, with RESOURCE_EXHAUSTED.
const TOO_LARGE =
  /^(?:grpc: received message|trying to send message) larger than max \(\d+ vs\. \d+\)$/;

/**
 * Looks up a status text in etcd's catalogue. The match is exact, as in Go's
 * client; these are the only prose on which this client decides anything.
 */
export function findEtcdMessage(text: string): EtcdMessage | undefined {
  const message = withoutStatus(text);
  return BY_TEXT.get(
    TOO_LARGE.test(message) ? `${PREFIX}request is too large` : message,
  );
}

/**
 * The message within a text that may be a gRPC status as Go prints one. Some
 * servers and proxies pass that on, or give it as a watch's reason.
 */
export function withoutStatus(text: string): string {
  return /^(?:rpc error: code = \w+ desc = )+(.*)$/s.exec(text)?.[1] ?? text;
}
