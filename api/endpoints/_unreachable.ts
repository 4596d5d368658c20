import { resolveBalancer } from "../../balancers/by_name.ts";
import type { Clock, Dial, Endpoint } from "../../balancers/transport/mod.ts";
import { ConnectionPool } from "../../balancers/pool/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";
import { methods } from "../../proto/methods.ts";

/** The means to find out whether an endpoint can be reached. */
export interface ReachOptions {
  /** Makes transports. */
  readonly dial: Dial;
  /** The time one dial may take, in milliseconds. */
  readonly dialTimeoutMs: number;
  /** Times the dials. */
  readonly clock: Clock;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

const METHOD = methods.cluster.memberList.name;

const ANY_CALL = {
  kind: "unary",
  method: METHOD,
  attempt: 1,
  tried: [],
} as const;

/**
 * Connects to all of these. Resolves to nothing as soon as one can be reached,
 * or else to the reason why none can. The connections are not kept.
 */
export async function whyUnreachable(
  endpoints: readonly Endpoint[],
  { dial, dialTimeoutMs, clock, signal }: ReachOptions,
): Promise<string | undefined> {
  const allFailed = new AbortController();
  const views = () => pool.snapshot().endpoints;
  const pool: ConnectionPool = new ConnectionPool({
    endpoints,
    strategy: resolveBalancer("grpc1.23")({ dialTimeoutMs }),
    dial,
    dialTimeoutMs,
    clock,
    onEvent: undefined,
    owner: {
      started() {},
      // Not now: the pool is amid a change.
      failing: () =>
        queueMicrotask(() => {
          const all = views().every(({ lastError }) => lastError !== undefined);
          if (all) allFailed.abort();
        }),
    },
  });
  try {
    pool.start();
    const { action } = await pool.wait(ANY_CALL, {
      timeoutMs: dialTimeoutMs,
      signal: AbortSignal.any([signal, allFailed.signal]),
    });
    signal.throwIfAborted();
    if (action === "use") return undefined;
    return views().map(({ endpoint, lastError }) =>
      `${endpoint} (${lastError ?? `silent for ${dialTimeoutMs} ms`})`
    ).join(", ");
  } finally {
    await pool.close();
  }
}

/** The members name no endpoint that could be used instead of those in use. */
export function unreachableError(reason: string): UnavailableError {
  return new UnavailableError(
    `Cannot synchronize the endpoints: none of the members' client URLs can be reached: ${reason}; the endpoints in use stay (unavailable)`,
    {
      code: "unavailable",
      grpcCode: GRPC_CODE.unavailable,
      method: METHOD,
      retryable: true,
    },
  );
}
