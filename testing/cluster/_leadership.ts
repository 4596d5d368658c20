import { isServiceError, type MemberStatus, memberStatus } from "./_admin.ts";
import type { EtcdMember } from "./_etcd_member.ts";
import type { Member } from "./member.ts";

/** A member, and what it has said when it was asked; nothing if it did not. */
export interface AskedMember {
  readonly member: EtcdMember;
  readonly status: MemberStatus | undefined;
}

/** Asks each member who it is, and whom it follows. */
export async function askMembers(
  members: readonly EtcdMember[],
): Promise<readonly AskedMember[]> {
  return await Promise.all(members.map(async (member) => {
    try {
      const status = await memberStatus(member.directEndpoint);
      member.id = status.memberId;
      return { member, status };
    } catch (error) {
      if (isServiceError(error)) return { member, status: undefined };
      throw error;
    }
  }));
}

/** The member that a majority of a cluster of `size` members follows. */
export function majorityLeader(
  asked: readonly AskedMember[],
  size: number,
): Member | undefined {
  const majority = Math.floor(size / 2) + 1;
  return asked.find(({ status }) =>
    status !== undefined && majority <=
      asked.filter((other) => other.status?.leaderId === status.memberId)
        .length
  )?.member;
}

/** Whether every member that was asked follows `leader`. */
export function allFollow(
  asked: readonly AskedMember[],
  leader: Member,
): boolean {
  return asked.every(({ status }) => status?.leaderId === leader.id);
}
