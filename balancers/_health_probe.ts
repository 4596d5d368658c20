import { methods } from "../proto/methods.ts";
import type { Transport } from "./_transport.ts";

const SERVING = 1;

/**
 * Asks for a member's health over its transport; `answer` comes later, once,
 * unless the returned function is called before.
 */
export function probeHealth(
  transport: Transport | undefined,
  timeoutMs: number,
  answer: (healthy: boolean) => void,
): () => void {
  let live = true;
  const tell = (healthy: boolean) => {
    if (live) answer(healthy);
    live = false;
  };
  if (transport === undefined) {
    queueMicrotask(() => tell(false));
    return () => live = false;
  }
  const { check } = methods.health;
  const call = transport.unary(
    check.path,
    check.encode({ service: "" }),
    { timeoutMs, headers: undefined },
    (reply) =>
      tell(reply !== undefined && check.decode(reply).status === SERVING),
  );
  return () => {
    live = false;
    call.cancel();
  };
}
