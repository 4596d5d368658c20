import { stateError, TestingError } from "../errors/mod.ts";
import { waitFor } from "../wait/mod.ts";
import { isCallError, type MemberStatus } from "./_admin.ts";
import type { EtcdMember } from "./_etcd_member.ts";

/** An election is over in a few seconds. */
export const AGREE_TIMEOUT_MS = 20_000;

/** The leader of a cluster, asked of its members. */
export class Leadership {
  readonly #members: readonly EtcdMember[];
  readonly #reachable: () => readonly EtcdMember[];

  /** `reachable` gives those the other members can hear of. */
  constructor(
    members: readonly EtcdMember[],
    reachable: () => readonly EtcdMember[],
  ) {
    this.#members = members;
    this.#reachable = reachable;
  }

  /** The member that a majority of all follows, if there is one now. */
  async now(): Promise<EtcdMember | undefined> {
    const asked = await askMembers(this.#reachable());
    const majority = Math.floor(this.#members.length / 2) + 1;
    return asked.find(({ status }) =>
      status !== undefined && majority <=
        asked.filter((other) => other.status?.leaderId === status.memberId)
          .length
    )?.member;
  }

  /** The same, waiting for an election if need be. */
  async settled(): Promise<EtcdMember> {
    return await waitFor("a leader", () => this.now(), {
      timeoutMs: AGREE_TIMEOUT_MS,
    });
  }

  /** Whether every member that is not cut off follows `leader`. */
  async agreesOn(leader: EtcdMember): Promise<boolean> {
    const asked = await askMembers(this.#reachable());
    return asked.every(({ status }) => status?.leaderId === leader.id);
  }

  /** Waits for every member, and for all to agree on a leader. */
  async waitUntilServing(signal?: AbortSignal): Promise<void> {
    const members = this.#members;
    await Promise.all(members.map((member) => member.waitUntilServing(signal)));
    await waitFor("one leader for all members", async () => {
      const leader = await this.now();
      if (leader === undefined || !await this.agreesOn(leader)) return false;
      const served = await Promise.all(
        members.map((member) => member.admin.serves()),
      );
      return served.every((yes) => yes);
    }, { timeoutMs: AGREE_TIMEOUT_MS, signal });
  }

  /** Makes `to` the leader; resolves when every reachable member agrees. */
  async move(to: EtcdMember): Promise<void> {
    if (!this.#reachable().includes(to)) {
      throw stateError(
        `Cannot move the leader to ${to.name}: it is down, frozen or isolated`,
      );
    }
    let refusal: Error | undefined;
    try {
      await waitFor(`${to.name} leading`, async () => {
        const leader = await this.settled();
        if (leader === to) return await this.agreesOn(to);
        try {
          await leader.admin.moveLeader(to.id);
        } catch (error) {
          // Refused while another election runs: seen again, asked again.
          if (!isCallError(error)) throw error;
          refusal = error;
        }
        return false;
      }, { timeoutMs: AGREE_TIMEOUT_MS });
    } catch (error) {
      throw new TestingError(`Cannot move the leader to ${to.name}`, {
        reason: "timeout",
        cause: refusal ?? error,
      });
    }
  }
}

/** A member, and what it has said when it was asked; nothing if it did not. */
interface AskedMember {
  readonly member: EtcdMember;
  readonly status: MemberStatus | undefined;
}

/** Asks each member who it is, and whom it follows. */
export async function askMembers(
  members: readonly EtcdMember[],
): Promise<readonly AskedMember[]> {
  return await Promise.all(members.map(async (member) => {
    try {
      const status = await member.admin.status();
      member.id = status.memberId;
      return { member, status };
    } catch (error) {
      if (isCallError(error)) return { member, status: undefined };
      throw error;
    }
  }));
}
