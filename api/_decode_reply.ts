import { isInDoubt } from "../errors/doubt.ts";
import type { Method } from "../proto/method.ts";
import { protocolError } from "./_call_errors.ts";
import type { CallState } from "./_call_state.ts";
import type { ClusterGuard } from "./_cluster_guard.ts";

/**
 * Reads the reply of a call.
 *
 * @throws {EtcdError} If it is not what the method gives.
 * @throws {ClusterMismatchError} If it is another cluster's.
 */
export function decodeReply<Response>(
  method: Method<never, Response>,
  bytes: Uint8Array,
  { call, endpoint, guard }: {
    readonly call: CallState;
    readonly endpoint: string;
    readonly guard: ClusterGuard | undefined;
  },
): Response {
  let reply: Response;
  try {
    reply = method.decode(bytes);
  } catch (cause) {
    throw protocolError(call, endpoint, cause);
  }
  guard?.check(reply, () => ({
    action: call.action,
    method: call.method.name,
    endpoint,
    maybeCommitted: call.maybeCommitted || isInDoubt(call.effect()),
  }));
  return reply;
}
