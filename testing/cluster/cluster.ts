import {
  answers,
  isServiceError,
  serves,
  transferLeadership,
} from "./_admin.ts";
import type { EtcdMember } from "./_etcd_member.ts";
import type { ClusterOptions, ClusterRestoreOptions } from "./options.ts";
import type { EtcdBinaries } from "../programs/etcd_binaries.ts";
import { allFollow, askMembers, majorityLeader } from "./_leadership.ts";
import type { Member } from "./member.ts";
import { retryOnTakenPort } from "../_ports.ts";
import type { ProxyHost } from "../proxy/_protocol.ts";
import { type StartedCluster, startMembers } from "./_start_members.ts";
import { waitFor } from "../wait_for.ts";

const AGREE_TIMEOUT_MS = 20_000;

/**
 * An etcd cluster on this machine, each member behind a fault proxy for its
 * clients and one for its peers. It does not outlive this process.
 */
export class Cluster implements AsyncDisposable {
  /** The server that runs. */
  readonly binaries: EtcdBinaries;
  /** Where the members keep data and logs; removed with the cluster. */
  readonly dataRoot: string;
  readonly #members: readonly EtcdMember[];
  readonly #proxies: ProxyHost;
  readonly #resources: AsyncDisposableStack;
  readonly #join: StartedCluster["join"];
  readonly #isolated = new Set<Member>();
  #closing: Promise<void> | undefined;

  /** Use {@linkcode Cluster.start}. */
  constructor(started: StartedCluster) {
    this.binaries = started.binaries;
    this.dataRoot = started.dataRoot;
    this.#members = started.members;
    this.#proxies = started.proxies;
    this.#join = started.join;
    this.#resources = started.resources;
  }

  /** Starts a cluster; resolves when every member serves and one leads. */
  static start(options: ClusterOptions = {}): Promise<Cluster> {
    return retryOnTakenPort(() => Cluster.#startOnce(options));
  }

  static async #startOnce(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(await startMembers(options));
    try {
      await cluster.#waitUntilServing();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** The members, in the order of their names. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** The fault proxies of all members, in their order. */
  get endpoints(): readonly string[] {
    return this.#members.map((member) => member.endpoint);
  }

  /**
   * The member a majority follows, waiting for an election if need be. One
   * that is frozen or isolated may think it leads, but is not meant.
   */
  async leader(): Promise<Member> {
    return await waitFor("a leader", () => this.#leader(), {
      timeoutMs: AGREE_TIMEOUT_MS,
    });
  }

  /** A member that follows the leader and is neither frozen nor isolated. */
  async follower(): Promise<Member> {
    const leader = await this.leader();
    const follower = this.#reachable().find((member) => member !== leader);
    if (follower === undefined) {
      throw new Error("Cannot find a follower: no other member is reachable");
    }
    return follower;
  }

  /** Makes `to` the leader; resolves when every reachable member agrees. */
  async moveLeader(to: Member): Promise<void> {
    if (!this.#reachable().some((member) => member === to)) {
      throw new Error(
        `Cannot move the leader to ${to.name}: it is down, frozen or isolated`,
      );
    }
    let refusal: Error | undefined;
    try {
      await waitFor(`${to.name} leading`, async () => {
        const leader = await this.leader();
        if (leader === to) return await this.#agreeOn(to);
        try {
          await transferLeadership(leader.directEndpoint, to.id);
        } catch (error) {
          // Refused while another election runs: seen again, asked again.
          if (!isServiceError(error)) throw error;
          refusal = error;
        }
        return false;
      }, { timeoutMs: AGREE_TIMEOUT_MS });
    } catch (error) {
      if (refusal === undefined) throw error;
      throw new Error(`Cannot move the leader to ${to.name}`, {
        cause: refusal,
      });
    }
  }

  /**
   * Starts one more member: `expect` is told its peer URL, and makes the
   * cluster expect it. It is not among the {@linkcode Cluster.members}, as it
   * may be a learner, but ends with them. Resolves when it answers.
   */
  async join(expect: (peerUrl: string) => Promise<unknown>): Promise<Member> {
    const member = await this.#join(expect);
    await waitFor(`${member.name} answering`, () => {
      return answers(member.directEndpoint);
    }, { timeoutMs: AGREE_TIMEOUT_MS });
    await askMembers([member]);
    return member;
  }

  /** Cuts the peer links of a member, both ways; its clients reach it. */
  async isolate(member: Member): Promise<void> {
    this.#isolated.add(member);
    await this.#applyPartition();
  }

  /** Ends every partition. */
  async healPeers(): Promise<void> {
    this.#isolated.clear();
    await this.#applyPartition();
  }

  /**
   * Undoes every fault: proxies pass, counts start anew, partitions end,
   * frozen members run, dead ones are started. Resolves when each member
   * answers a linearizable read and all follow one leader.
   */
  async reset(): Promise<void> {
    await Promise.all(
      this.#members.map((member) => member.proxy.set({ kind: "pass" })),
    );
    await this.healPeers();
    await Promise.all(this.#members.map(async (member) => {
      await member.thaw();
      if (!member.running) await member.launch();
    }));
    await this.#waitUntilServing();
    await Promise.all(
      this.#members.map((member) => member.proxy.resetStats()),
    );
  }

  /**
   * Kills every member, puts a snapshot in the place of their data, and starts
   * them again as the same cluster on the same URLs. Resolves when all serve.
   */
  async restore(
    { snapshot, flags }: ClusterRestoreOptions = {},
  ): Promise<void> {
    const { binaries } = this;
    await Promise.all(this.#members.map((member) =>
      member.replaceData(
        snapshot === undefined ? undefined : { binaries, snapshot, flags },
      )
    ));
    await Promise.all(this.#members.map((member) => member.launch()));
    await this.#waitUntilServing();
  }

  /** Kills the members and removes their data. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#resources.disposeAsync();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Waits for every member, and for all to agree on a leader. */
  async #waitUntilServing(): Promise<void> {
    await Promise.all(
      this.#members.map((member) => member.waitUntilServing()),
    );
    await waitFor("one leader for all members", async () => {
      const leader = await this.#leader();
      if (leader === undefined || !await this.#agreeOn(leader)) return false;
      const served = await Promise.all(
        this.#members.map((member) => serves(member.directEndpoint)),
      );
      return served.every((yes) => yes);
    }, { timeoutMs: AGREE_TIMEOUT_MS });
  }

  /** The member that a majority of all follows. */
  async #leader(): Promise<Member | undefined> {
    const asked = await askMembers(this.#reachable());
    return majorityLeader(asked, this.#members.length);
  }

  /** Whether every member that is not cut off follows `leader`. */
  async #agreeOn(leader: Member): Promise<boolean> {
    return allFollow(await askMembers(this.#reachable()), leader);
  }

  /** Those the other members can hear of. */
  #reachable(): readonly EtcdMember[] {
    return this.#members.filter((member) =>
      member.running && !member.frozen && !this.#isolated.has(member)
    );
  }

  async #applyPartition(): Promise<void> {
    const isolated = [...this.#isolated].map(hexId);
    await Promise.all(this.#members.map((member) =>
      this.#proxies.ask({
        op: "isolate",
        port: member.peerProxyPort,
        owner: hexId(member),
        isolated,
      })
    ));
  }
}

/** An id as etcd writes it in headers. */
function hexId(member: Member): string {
  return member.id.toString(16);
}
