import type { PooledConnection } from "../../balancers/pool/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";

/**
 * Makes a stream leave an endpoint that was removed from the client's, once
 * there is another connection to go on with. Until then it stays where it is.
 * Returns a function that calls this off.
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

/** The stream that has left its endpoint. */
interface LeftStream {
  readonly action: string;
  readonly method: { readonly name: string };
}

/** The error of a stream that has left a removed endpoint. */
export function removedError(
  endpoint: string,
  stream: LeftStream,
): UnavailableError {
  const why = "was removed from the endpoints";
  return leftError(stream, { endpoint, why });
}

/** The error of a stream whose endpoint the strategy trusts no more. */
export function vacatedError(
  endpoint: string,
  stream: LeftStream,
): UnavailableError {
  const why = "is not trusted by the balancer any more";
  return leftError(stream, { endpoint, why });
}

function leftError(
  { action, method }: LeftStream,
  { endpoint, why }: Readonly<Record<"endpoint" | "why", string>>,
): UnavailableError {
  return new UnavailableError(
    `Cannot ${action} any longer: ${endpoint} ${why} (unavailable)`,
    {
      code: "unavailable",
      grpcCode: GRPC_CODE.unavailable,
      endpoint,
      method: method.name,
      retryable: true,
    },
  );
}
