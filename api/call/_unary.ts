import type { Picked } from "../../balancers/pool/mod.ts";
import type {
  CallStatus,
  Headers,
  RequestBytes,
} from "../../balancers/transport/mod.ts";
import type { CallState } from "./_state.ts";

/** Runs one attempt on a connection, until it ends or the signal is aborted. */
export function runUnary(
  { method, signal }: Pick<CallState, "method" | "signal">,
  { transport }: Pick<Picked, "transport">,
  bytes: RequestBytes,
  settings: { timeoutMs: number; headers: Headers | undefined },
): Promise<Uint8Array | CallStatus> {
  return new Promise((resolve, reject) => {
    if (signal === undefined) {
      transport.unary(method.path, bytes, settings, (reply, status) => {
        resolve((reply ?? status) as Uint8Array | CallStatus);
      });
      return;
    }
    const onAbort = () => {
      reject(signal.reason);
      running.cancel();
    };
    const running = transport.unary(
      method.path,
      bytes,
      settings,
      (reply, status) => {
        signal.removeEventListener("abort", onAbort);
        resolve((reply ?? status) as Uint8Array | CallStatus);
      },
    );
    signal.addEventListener("abort", onAbort);
  });
}
