import type { CallOptions } from "../call/mod.ts";
import type { ResponseHeader } from "../values/mod.ts";

/** A member of the cluster. */
export interface ClusterMember {
  /** The member's id. */
  readonly id: bigint;
  /** The member's name; empty until it has started once. */
  readonly name: string;
  /** The URLs by which the other members reach it. */
  readonly peerUrls: readonly string[];
  /** The URLs by which clients reach it; none until it has started once. */
  readonly clientUrls: readonly string[];
  /** Whether the member is a learner, which has no vote. */
  readonly isLearner: boolean;
}

/** The members of the cluster, after a call. */
export interface MembersResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** All members. */
  readonly members: readonly ClusterMember[];
}

/** Options of a list of the members. */
export interface MembersOptions {
  /**
   * Whether a majority must agree (`true`), or the answering member says what
   * it knows, which may be old (`false`). Servers older than etcd 3.5 can only
   * do the latter.
   *
   * @default {true, where the server can}
   */
  readonly linearizable?: boolean | undefined;
}

/** Options of a new member. */
export interface AddMemberOptions {
  /**
   * Whether the member begins as a learner, without a vote, until it is
   * promoted. A new voter that does not start may cost the cluster its majority.
   *
   * @default {false}
   */
  readonly asLearner?: boolean | undefined;
}

/**
 * The members of the cluster.
 *
 * ```ts ignore
 * const { member } = await client.cluster.add("http://10.0.0.4:2380", {
 *   asLearner: true,
 * });
 * // Start it with --initial-cluster-state=existing, then:
 * await client.cluster.promote(member.id);
 * ```
 *
 * Changes are writes: they are sent at most once. Every call throws an
 * `EtcdError`, or the reason of its `signal`.
 */
export interface ClusterMembership {
  /**
   * Lists the members.
   *
   * @throws {UnsupportedError} If `linearizable` is `true`, and the server is
   * older than etcd 3.5.
   */
  members(options?: MembersOptions & CallOptions): Promise<MembersResult>;
  /**
   * Adds a member, which then has to be started with
   * `--initial-cluster-state=existing`. Refused with `unhealthy` until all
   * others have been connected for 5 s.
   */
  add(
    peerUrls: string | readonly string[],
    options?: AddMemberOptions & CallOptions,
  ): Promise<MembersResult & { readonly member: ClusterMember }>;
  /** Removes a member, which then stops. */
  remove(id: bigint, options?: CallOptions): Promise<MembersResult>;
  /** Changes the URLs by which the other members reach a member. */
  update(
    id: bigint,
    peerUrls: string | readonly string[],
    options?: CallOptions,
  ): Promise<MembersResult>;
  /**
   * Gives a learner a vote. Refused with `learner_not_ready` until it has
   * caught up with the leader.
   */
  promote(id: bigint, options?: CallOptions): Promise<MembersResult>;
}
