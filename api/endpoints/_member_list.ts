import { UnsupportedError } from "../../errors/specific_errors.ts";
import type { MemberListResponse } from "../../proto/gen/messages.ts";
import { methods } from "../../proto/methods.ts";
import type { Caller, CallOptions } from "../call/mod.ts";

/** A request for the members of the cluster. */
export interface MemberListRequest {
  /** Completes "Cannot …" in errors. */
  readonly action: string;
  /** Whether a majority must agree; missing: where the server can do that. */
  readonly linearizable: boolean | undefined;
  /** The options of the call. */
  readonly options: CallOptions | undefined;
}

/**
 * Lists the members as a majority knows them, or as the one that answers does,
 * which may be behind.
 *
 * @throws {UnsupportedError} If a majority is asked for and the server is
 * older than etcd 3.5.
 */
export async function listMembers(
  caller: Caller,
  { action, linearizable, options }: MemberListRequest,
): Promise<MemberListResponse> {
  // A copy: the user may change the options before the second call.
  const kept = { ...options };
  const call = { method: methods.cluster.memberList, action };
  const list = (asked: boolean) =>
    caller.unary(call, { linearizable: asked }, kept);
  const byMajority = linearizable ?? true;
  try {
    return await list(byMajority);
  } catch (error) {
    const old = error instanceof UnsupportedError && linearizable === undefined;
    if (!old) throw error;
    return await list(!byMajority);
  }
}
