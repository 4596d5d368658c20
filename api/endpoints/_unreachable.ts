import { resolveBalancer } from "../../balancers/by_name.ts";
import {
  type Dial,
  type Endpoint,
  SYSTEM_CLOCK,
} from "../../balancers/transport/mod.ts";
import { ConnectionPool } from "../../balancers/pool/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";
import { methods } from "../../proto/methods.ts";

/** What it takes to find out whether an endpoint can be reached. */
export interface ReachOptions {
  /** Makes transports. */
  readonly dial: Dial;
  /** How long it may take, in milliseconds. */
  readonly dialTimeoutMs: number;
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
 * Connects to all of these, and resolves as soon as one can be reached, or to
 * why none can. The connections are not kept.
 */
export async function whyUnreachable(
  endpoints: readonly Endpoint[],
  { dial, dialTimeoutMs, signal }: ReachOptions,
): Promise<string | undefined> {
  const allFailed = new AbortController();
  const views = () => pool.snapshot().endpoints;
  const pool: ConnectionPool = new ConnectionPool({
    endpoints,
    strategy: resolveBalancer("grpc1.23")({ dialTimeoutMs }),
    dial,
    dialTimeoutMs,
    clock: SYSTEM_CLOCK,
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

/** The members name nothing that could take the place of what works. */
export function unreachableError(trouble: string): UnavailableError {
  return new UnavailableError(
    `Cannot synchronize the endpoints: those in use stay, as none that the members name can be reached: ${trouble} (unavailable)`,
    {
      code: "unavailable",
      grpcCode: GRPC_CODE.unavailable,
      method: METHOD,
      retryable: true,
    },
  );
}
