import type { PooledConnection } from "../../balancers/pool/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";

/**
 * Has a stream leave an endpoint that is none of the client's any more, once
 * there is another connection to go on with: until then it stays where it is.
 * Returns what calls that off.
 */
export function moveWhenRemoved(
  connection: Pick<PooledConnection, "onceRemoved">,
  another: (signal: AbortSignal) => Promise<unknown>,
  leave: () => void,
): () => void {
  const ended = new AbortController();
  const forget = connection.onceRemoved(() => {
    // Ended, closed, or the strategy gives none: the stream stays.
    another(ended.signal).then(leave, () => {});
  });
  return () => {
    forget();
    // Nobody sees the reason; without one, an error with its stack is made.
    ended.abort(null);
  };
}

/** Why a stream has left its endpoint. */
export function removedError(
  endpoint: string,
  { action, method }: {
    readonly action: string;
    readonly method: { readonly name: string };
  },
): UnavailableError {
  return new UnavailableError(
    `Cannot ${action} any longer: ${endpoint} was removed from the endpoints (unavailable)`,
    {
      code: "unavailable",
      grpcCode: GRPC_CODE.unavailable,
      endpoint,
      method: method.name,
      retryable: true,
    },
  );
}
