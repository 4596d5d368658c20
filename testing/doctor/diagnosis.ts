/** The diagnosis of a cluster: plain data, fit for JSON. */

/**
 * The weight of a finding. `fault`: something does not work. `warning`: it
 * works, and will not under a fault or after a while. `note`: good to know.
 */
export type Severity = "fault" | "warning" | "note";

/** A finding as one word, to branch on. */
export type FindingCode =
  // Reaching an endpoint.
  | "unknown_name"
  | "refused"
  | "no_route"
  | "no_answer"
  | "closed"
  | "not_etcd"
  | "http1_only"
  | "needs_tls"
  | "unreachable"
  // TLS.
  | "tls_unknown_authority"
  | "tls_wrong_name"
  | "tls_expired"
  | "tls_not_yet_valid"
  | "tls_client_certificate_missing"
  | "tls_client_certificate_refused"
  | "tls_not_tls"
  | "certificate_ends_soon"
  | "client_certificate_ends_soon"
  | "clock_differs"
  // Authentication.
  | "auth_needed"
  | "auth_refused"
  | "auth_not_enabled"
  | "auth_without_tls"
  | "permission_denied"
  // The members.
  | "two_clusters"
  | "no_leader"
  | "leaders_differ"
  | "no_quorum"
  | "not_serving"
  | "member_unreachable"
  | "member_not_started"
  | "no_space"
  | "corrupt"
  | "database_large"
  | "database_fragmented"
  | "lagging"
  | "mixed_versions"
  | "old_version"
  | "learner"
  | "even_members"
  | "one_member"
  | "endpoints_missing"
  // In between.
  | "kine"
  | "grpc_proxy"
  | "proxy"
  | "not_advertised"
  | "many_members"
  | "same_member"
  | "request_limit"
  | "idle_limit"
  // The strategies.
  | "strategy_failed";

/** One thing that was found. */
export interface Finding {
  /** The weight of it. */
  readonly severity: Severity;
  /** The finding as one word. */
  readonly code: FindingCode;
  /** An endpoint, a member's name, a strategy, or `cluster`. */
  readonly about: string;
  /** The state, in a sentence or two. */
  readonly text: string;
  /** The change to make, where there is one. */
  readonly advice?: string;
}

/** A certificate that a server has shown. */
export interface CertificateReport {
  /** Whom it names. */
  readonly subject: string;
  /** The authority that has signed it. */
  readonly issuer: string;
  /** The names and addresses it is for. */
  readonly names: readonly string[];
  /** When its time begins, as ISO 8601. */
  readonly validFrom: string;
  /** When its time ends, as ISO 8601. */
  readonly validUntil: string;
}

/** One endpoint, as it was found. */
export interface EndpointReport {
  /** The endpoint in canonical form. */
  readonly endpoint: string;
  /** Whether a member has answered behind it. */
  readonly answers: boolean;
  /** The time that the first answer took, connecting included, in milliseconds. */
  readonly answerMs?: number;
  /** The id of the member that has answered, in hexadecimal. */
  readonly memberId?: string;
  /** The id of its cluster, in hexadecimal. */
  readonly clusterId?: string;
  /** The version of its server. */
  readonly version?: string;
  /** The size of its database on disk, in bytes. */
  readonly dbSizeBytes?: number;
  /** The certificate that it has shown. */
  readonly certificate?: CertificateReport;
  /** The name by which something in between calls itself. */
  readonly server?: string;
}

/** One member of the cluster, as the others list it. */
export interface MemberReport {
  /** The member's id, in hexadecimal. */
  readonly id: string;
  /** The member's name; empty until it has started once. */
  readonly name: string;
  /** The URLs by which it says that clients reach it. */
  readonly clientUrls: readonly string[];
  /** Whether it is a learner, which has no vote. */
  readonly isLearner: boolean;
  /** Whether it leads. */
  readonly leads: boolean;
  /** Whether it was reached, by an endpoint or by its own URLs. */
  readonly reached: boolean;
  /** The version of its server, if it was reached. */
  readonly version?: string;
}

/** One balancer strategy over all endpoints. */
export interface StrategyReport {
  /** The strategy. */
  readonly strategy: string;
  /** The linearizable reads that were made: one or two for each endpoint. */
  readonly reads: number;
  /** The number of these that failed. */
  readonly failed: number;
  /** The time that the first read took, connecting included, in milliseconds. */
  readonly firstReadMs: number;
  /** The connections it had after its reads. */
  readonly connections: number;
  /** The first failure, in words. */
  readonly error?: string;
}

/** The result of an examination. */
export interface Diagnosis {
  /** Whether there is no finding of the weight `fault`. */
  readonly healthy: boolean;
  /** All findings, the faults first. */
  readonly findings: readonly Finding[];
  /** Each endpoint. */
  readonly endpoints: readonly EndpointReport[];
  /** Each member; none if nobody could list them. */
  readonly members: readonly MemberReport[];
  /** Each balancer strategy. */
  readonly strategies: readonly StrategyReport[];
}
