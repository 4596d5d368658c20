import { methods } from "../../proto/methods.ts";
import type { Transport, UnaryAnswer } from "../transport/mod.ts";

const SERVING = 1;

/**
 * Asks for a member's health over its transport. `answer` is called later,
 * once, unless the returned function is called before. Without a transport, or
 * without an answer in time, the member is not healthy.
 */
export function probeHealth(
  transport: Transport | undefined,
  timeoutMs: number,
  answer: (healthy: boolean) => void,
): () => void {
  let canceled = false;
  const tell = (reply: UnaryAnswer | undefined) => {
    if (!canceled) answer(reply instanceof Uint8Array && serves(reply));
  };
  if (transport === undefined) {
    queueMicrotask(() => tell(undefined));
    return () => canceled = true;
  }
  const { path, encode } = methods.health.check;
  const call = transport.unary(path, encode({ service: "" }), {
    timeoutMs,
    headers: undefined,
    onEnd: tell,
  });
  return () => {
    canceled = true;
    call.cancel();
  };
}

function serves(reply: Uint8Array): boolean {
  try {
    return methods.health.check.decode(reply).status === SERVING;
  } catch {
    // A reply that cannot be read does not say that the member serves.
    return false;
  }
}
