import { isInDoubt } from "../../errors/doubt.ts";
import type { Method } from "../../proto/method.ts";
import { protocolError } from "./_errors.ts";
import type { CallState } from "./_state.ts";
import type { ClusterGuard } from "./_cluster_guard.ts";
import { inTimeSlices } from "../waiting/mod.ts";

interface Replied {
  readonly call: CallState;
  readonly endpoint: string;
  readonly guard: ClusterGuard | undefined;
}

// Decoding takes some 10 ms for each MiB.
const LARGE_BYTES = 1024 * 1024;

/**
 * Reads the reply of a call; a large one in turns with other work.
 *
 * @throws {EtcdError} If it is not one of the method's.
 * @throws {ClusterMismatchError} If it is another cluster's.
 */
export function decodeReply<Response>(
  method: Method<never, Response>,
  bytes: Uint8Array,
  replied: Replied,
): Response | Promise<Response> {
  if (bytes.length > LARGE_BYTES) return decodeLarge(method, bytes, replied);
  let reply: Response;
  try {
    reply = method.decode(bytes);
  } catch (cause) {
    throw protocolError(replied.call, { endpoint: replied.endpoint, cause });
  }
  return checked(reply, replied);
}

async function decodeLarge<Response>(
  method: Method<never, Response>,
  bytes: Uint8Array,
  replied: Replied,
): Promise<Response> {
  const { call, endpoint } = replied;
  let reply: Response;
  try {
    reply = await inTimeSlices(method.decodeInSteps(bytes), call.signal);
  } catch (cause) {
    call.signal?.throwIfAborted();
    throw protocolError(call, { endpoint, cause });
  }
  return checked(reply, replied);
}

function checked<Response>(
  reply: Response,
  { call, endpoint, guard }: Replied,
): Response {
  guard?.check(reply, () => ({
    action: call.action,
    method: call.method.name,
    endpoint,
    maybeCommitted: call.maybeCommitted || isInDoubt(call.effect()),
  }));
  return reply;
}
