import type { Picked } from "../../balancers/pool/mod.ts";
import {
  type CallSettings,
  onAbort,
  type UnaryAnswer,
} from "../../balancers/transport/mod.ts";
import type { CallState } from "./_state.ts";

/** Runs one attempt on a connection, until it ends or the signal is aborted. */
export function runUnary(
  { method, request, signal }: Pick<CallState, "method" | "request" | "signal">,
  { transport }: Pick<Picked, "transport">,
  { timeoutMs, headers }: CallSettings,
): Promise<UnaryAnswer> {
  return new Promise((resolve, reject) => {
    if (signal === undefined) {
      transport.unary(method.path, request, {
        timeoutMs,
        headers,
        onEnd: resolve,
      });
      return;
    }
    let unlink = () => {};
    const running = transport.unary(method.path, request, {
      timeoutMs,
      headers,
      onEnd(answer) {
        unlink();
        resolve(answer);
      },
    });
    unlink = onAbort(signal, (reason) => {
      reject(reason);
      running.cancel();
    });
  });
}
