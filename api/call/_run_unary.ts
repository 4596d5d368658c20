import type { Picked } from "../../balancers/pool/mod.ts";
import {
  type Clock,
  type Headers,
  onAbort,
} from "../../balancers/transport/mod.ts";
import type { EndedAttempt } from "./_followed_run.ts";
import type { CallState } from "./_state.ts";

/** Runs one attempt on a connection, until it ends or the signal is aborted. */
export function runUnary(
  { method, request, signal, deadlineAt }: Pick<
    CallState,
    "method" | "request" | "signal" | "deadlineAt"
  >,
  picked: Picked,
  { headers, clock }: {
    readonly headers: Headers | undefined;
    readonly clock: Pick<Clock, "now">;
  },
): Promise<EndedAttempt> {
  const { transport } = picked;
  const startedAt = clock.now();
  const timeoutMs = Math.max(deadlineAt - startedAt, 0);
  return new Promise((resolve, reject) => {
    const running = transport.unary(method.path, request, {
      timeoutMs,
      headers,
      onEnd(answer) {
        unlink?.();
        resolve({ picked, answer, startedAt, endedAt: clock.now() });
      },
    });
    const unlink = signal && onAbort(signal, (reason) => {
      reject(reason);
      running.cancel();
    });
  });
}
