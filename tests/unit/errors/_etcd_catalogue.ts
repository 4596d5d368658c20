/**
 * Every message of etcd's catalogue (`api/v3rpc/rpctypes/error.go@v3.7.1`,
 * restated in the specification's etcd_errors.md), with its number there.
 */
import type { ErrorCode, GRPC_CODE } from "../../../errors/codes.ts";

/** Number, gRPC code, text, and the code of ours. */
export type Row = readonly [
  number: number,
  grpcCode: keyof typeof GRPC_CODE,
  text: string,
  code: ErrorCode,
];

/** In the order of their numbers. */
export const MESSAGES: readonly Row[] = [
  [1, "invalidArgument", "key is not provided", "empty_key"],
  [2, "invalidArgument", "key not found", "key_not_found"],
  [3, "invalidArgument", "value is provided", "value_provided"],
  [4, "invalidArgument", "lease is provided", "lease_provided"],
  [
    5,
    "invalidArgument",
    "too many operations in txn request",
    "too_many_operations",
  ],
  [6, "invalidArgument", "duplicate key given in txn request", "duplicate_key"],
  [
    7,
    "invalidArgument",
    "invalid client api version",
    "invalid_client_api_version",
  ],
  [8, "invalidArgument", "invalid sort option", "invalid_sort_option"],
  [9, "outOfRange", "mvcc: required revision has been compacted", "compacted"],
  [
    10,
    "outOfRange",
    "mvcc: required revision is a future revision",
    "future_revision",
  ],
  [11, "resourceExhausted", "mvcc: database space exceeded", "no_space"],
  [12, "notFound", "requested lease not found", "lease_not_found"],
  [13, "failedPrecondition", "lease already exists", "lease_exists"],
  [14, "outOfRange", "too large lease TTL", "lease_ttl_too_large"],
  [15, "canceled", "watch canceled", "watch_canceled"],
  [16, "failedPrecondition", "member ID already exist", "member_exists"],
  [17, "failedPrecondition", "Peer URLs already exists", "peer_url_exists"],
  [
    18,
    "failedPrecondition",
    "re-configuration failed due to not enough started members",
    "member_not_enough_started",
  ],
  [19, "invalidArgument", "given member URLs are invalid", "member_bad_urls"],
  [20, "notFound", "member not found", "member_not_found"],
  [
    21,
    "failedPrecondition",
    "can only promote a learner member",
    "member_not_learner",
  ],
  [
    22,
    "failedPrecondition",
    "can only promote a learner member which is in sync with leader",
    "learner_not_ready",
  ],
  [
    23,
    "failedPrecondition",
    "too many learner members in cluster",
    "too_many_learners",
  ],
  [24, "failedPrecondition", "cluster ID mismatch", "cluster_id_mismatch"],
  [25, "invalidArgument", "request is too large", "request_too_large"],
  [26, "resourceExhausted", "too many requests", "too_many_requests"],
  [27, "failedPrecondition", "root user does not exist", "root_user_not_exist"],
  [
    28,
    "failedPrecondition",
    "root user does not have root role",
    "root_role_not_exist",
  ],
  [29, "failedPrecondition", "user name already exists", "user_already_exists"],
  [30, "invalidArgument", "user name is empty", "user_empty"],
  [31, "failedPrecondition", "user name not found", "user_not_found"],
  [32, "failedPrecondition", "role name already exists", "role_already_exists"],
  [33, "failedPrecondition", "role name not found", "role_not_found"],
  [34, "invalidArgument", "role name is empty", "role_empty"],
  [
    35,
    "invalidArgument",
    "authentication failed, invalid user ID or password",
    "auth_failed",
  ],
  [36, "invalidArgument", "permission not given", "permission_not_given"],
  [37, "permissionDenied", "permission denied", "permission_denied"],
  [
    38,
    "failedPrecondition",
    "role is not granted to the user",
    "role_not_granted",
  ],
  [
    39,
    "failedPrecondition",
    "permission is not granted to the role",
    "permission_not_granted",
  ],
  [
    40,
    "failedPrecondition",
    "authentication is not enabled",
    "auth_not_enabled",
  ],
  [41, "unauthenticated", "invalid auth token", "invalid_auth_token"],
  [42, "invalidArgument", "invalid auth management", "invalid_auth_management"],
  [43, "invalidArgument", "revision of auth store is old", "auth_old_revision"],
  [44, "unavailable", "no leader", "no_leader"],
  [45, "failedPrecondition", "not leader", "not_leader"],
  [46, "unavailable", "leader changed", "leader_changed"],
  [47, "failedPrecondition", "not capable", "not_capable"],
  [48, "unavailable", "server stopped", "server_stopped"],
  [49, "unavailable", "request timed out", "server_timeout"],
  [
    50,
    "unavailable",
    "request timed out, possibly due to previous leader failure",
    "server_timeout",
  ],
  [
    51,
    "unavailable",
    "request timed out, possibly due to connection lost",
    "server_timeout",
  ],
  [
    52,
    "unavailable",
    "request timed out, waiting for the applied index took too long",
    "server_timeout",
  ],
  [53, "unavailable", "unhealthy cluster", "unhealthy"],
  [54, "dataLoss", "corrupt cluster", "corrupt"],
  [
    55,
    "failedPrecondition",
    "rpc not supported for learner",
    "not_supported_for_learner",
  ],
  [56, "failedPrecondition", "bad leader transferee", "bad_leader_transferee"],
  [
    57,
    "invalidArgument",
    "wrong downgrade target version format",
    "wrong_downgrade_version_format",
  ],
  [
    58,
    "invalidArgument",
    "invalid downgrade target version",
    "invalid_downgrade_target_version",
  ],
  [
    59,
    "failedPrecondition",
    "cluster version not found during downgrade",
    "cluster_version_unavailable",
  ],
  [
    60,
    "failedPrecondition",
    "cluster has a downgrade job in progress",
    "downgrade_in_process",
  ],
  [
    61,
    "failedPrecondition",
    "no inflight downgrade job",
    "no_inflight_downgrade",
  ],
  [62, "canceled", "request canceled", "server_canceled"],
  [
    63,
    "deadlineExceeded",
    "context deadline exceeded",
    "server_deadline_exceeded",
  ],
];

/** What older servers send instead of the code above, and until when. */
export const OLD_CODES: Readonly<Record<number, keyof typeof GRPC_CODE>> = {
  37: "failedPrecondition", // before 3.1
  47: "unavailable", // before 3.6
  55: "unavailable", // before 3.6
  59: "unavailable", // before 3.6
};

/** After which of them a write can have been applied, or still be. */
export const MAYBE_APPLIED: readonly number[] = [
  11, // a write that crosses the quota is applied and answered with this
  46, // the member was deposed while it waited
  48, // the member stopped while it waited
  49,
  50,
  51,
  52,
  54, // found when it was applied
  62,
  63,
];
