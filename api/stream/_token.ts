import type { ErrorCode } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { isStaleToken } from "../../errors/judge.ts";
import { createError } from "../../errors/specific_errors.ts";
import { pause, untilAborted } from "../waiting/mod.ts";
import type { TokenKeeper } from "../call/mod.ts";

// Before a cluster that could not give a token is asked again.
const REPEAT_MS = 200;

/**
 * Waits until it is known which token to send. A cluster that cannot be asked
 * now is asked again, as long as the stream is wanted.
 *
 * @throws {EtcdError} If the cluster does not accept who the client says it is.
 */
export async function ensureToken(
  tokens: TokenKeeper,
  signal: AbortSignal,
): Promise<void> {
  while (!tokens.known) {
    try {
      await untilAborted(signal, (resolve, reject) => {
        tokens.fetch().then(resolve, reject);
        return () => {};
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EtcdError && error.retryable)) throw error;
      await pause(REPEAT_MS, { signal });
    }
  }
}

/** The same error, of a stream that may be opened again. */
export function asRetryable(error: EtcdError): EtcdError {
  return createError(error.message, {
    code: error.code,
    grpcCode: error.grpcCode,
    endpoint: error.endpoint,
    method: error.method,
    attempts: error.attempts,
    retryable: true,
  });
}

/**
 * Whether a member's refusal with this code may be due to the token. If so, the
 * token is not sent any more.
 */
export function refusesToken(
  tokens: TokenKeeper,
  token: string | undefined,
  code: ErrorCode,
): boolean {
  const due = tokens.renewable &&
    (isStaleToken(code) ||
      // etcd 3.4 says so of a token it does not know.
      (code === "permission_denied" && !tokens.fresh));
  if (due) tokens.refused(token);
  return due;
}
