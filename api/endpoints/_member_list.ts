import { UnsupportedError } from "../../errors/specific_errors.ts";
import type { MemberListResponse } from "../../proto/gen/messages.ts";
import { methods } from "../../proto/methods.ts";
import type { Caller, CallOptions } from "../call/mod.ts";

/** A look at the members. */
export interface MemberListRequest {
  /** What for, as an error says it. */
  readonly purpose: string;
  /** Missing: where the server can. */
  readonly linearizable: boolean | undefined;
  /** The call's own options. */
  readonly options: CallOptions | undefined;
}

/**
 * The members by a majority, or by the one that answers, which may be behind.
 *
 * @throws {UnsupportedError} If a majority is insisted on and the server is
 * older than etcd 3.5.
 */
export async function listMembers(
  caller: Caller,
  { purpose, linearizable, options }: MemberListRequest,
): Promise<MemberListResponse> {
  // A copy: what is given may change before it is asked again.
  const kept = { ...options };
  const list = (asked: boolean) =>
    caller.unary(
      methods.cluster.memberList,
      { linearizable: asked },
      purpose,
      kept,
    );
  const byMajority = linearizable ?? true;
  try {
    return await list(byMajority);
  } catch (error) {
    const old = error instanceof UnsupportedError && linearizable === undefined;
    if (!old) throw error;
    return await list(!byMajority);
  }
}
