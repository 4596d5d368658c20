import {
  type Clock,
  type Dial,
  SYSTEM_CLOCK,
} from "../../balancers/transport/mod.ts";
import { makeDial } from "../../balancers/dial/mod.ts";
import { ConnectionPool } from "../../balancers/pool/mod.ts";
import { authenticate } from "../auth/mod.ts";
import { BatchingCaller, type BatchMode } from "../batch/mod.ts";
import {
  type Caller,
  type CallOptions,
  Interception,
  OwnHeaders,
  RetryingCaller,
  TokenKeeper,
} from "../call/mod.ts";
import { ClientEndpoints } from "./_endpoints.ts";
import type { Batching } from "../kv/mod.ts";
import type { TellEvent } from "../events.ts";
import { MemberConnections } from "../cluster/mod.ts";
import { observe } from "../telemetry/mod.ts";
import type { ResolvedOptions } from "./_resolve_options.ts";
import { type Opener, StreamOpener } from "../stream/mod.ts";

/** The parts that the facets of a client share. */
export interface ClientParts {
  /** The connections the strategy decides about. */
  readonly pool: ConnectionPool;
  /** The endpoints they lead to. */
  readonly endpoints: ClientEndpoints;
  /** The connections to single members. */
  readonly members: MemberConnections;
  /** Gives the client's token; missing if the client is nobody. */
  readonly tokens: TokenKeeper | undefined;
  /** Runs the user's interceptor; missing if there is none. */
  readonly interception: Interception | undefined;
  /** Waits for connections. */
  readonly retrying: RetryingCaller;
  /** Makes unary calls. */
  readonly caller: Caller;
  /** Opens streams. */
  readonly opener: Opener;
  /** Makes calls on keys, perhaps together. */
  readonly kvCaller: Caller;
  /** Makes callers that make them together. */
  readonly batching: Batching;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Time and randomness. */
  readonly clock: Clock;
  /** A listener to all events, if there is one. */
  readonly onEvent: TellEvent | undefined;
}

/** Puts the parts of a client together; nothing is dialled. */
export function makeParts(options: ResolvedOptions): ClientParts {
  const { dialTimeoutMs, requestTimeoutMs: timeoutMs } = options;
  const clock = SYSTEM_CLOCK;
  const dial = makeDial({ ...options, clock });
  const observation = observe(options.onEvent, clock);
  const { onEvent } = observation;
  // Parts that the caller needs make calls themselves, later on.
  const late: Caller = { unary: (...args) => caller.unary(...args) };
  const { pool, endpoints } = makeConnections(
    { ...options, onEvent, dial, clock, caller: late },
  );
  const { guard } = endpoints;
  const tokens = makeTokens(options, { caller: late, onEvent, clock });
  const { retry: policy } = options.strategy;
  const around = makeAround(options, clock);
  const own = { ...around, tokens, timeoutMs, clock };
  const calls = { ...own, policy };
  const retrying = new RetryingCaller({ ...calls, pool, guard });
  const caller = observation.observed(retrying);
  return {
    ...makeBatching(caller, { ...options, timeoutMs, clock }),
    pool,
    endpoints,
    members: new MemberConnections(
      { ...calls, dial, dialTimeoutMs, observation },
    ),
    tokens,
    interception: around.interception,
    retrying,
    caller,
    opener: observation.observedStreams(
      new StreamOpener(pool, { ...own, guard }),
    ),
    timeoutMs,
    clock,
    onEvent,
  };
}

/** Makes the keeper of the client's token. */
function makeTokens(
  { credentials }: ResolvedOptions,
  { caller, ...parts }: Pick<ClientParts, "caller" | "onEvent" | "clock">,
): TokenKeeper | undefined {
  return credentials && new TokenKeeper(credentials, {
    authenticate: (name, password, call?: CallOptions) =>
      authenticate(caller, { name, password }, call),
    ...parts,
  });
}

/** Makes what the user has put around all requests. */
function makeAround(
  { headers, interceptor }: ResolvedOptions,
  clock: Clock,
): {
  readonly ownHeaders: OwnHeaders | undefined;
  readonly interception: Interception | undefined;
} {
  return {
    ownHeaders: headers && new OwnHeaders(headers),
    interception: interceptor && new Interception(interceptor, clock),
  };
}

/** Makes the pool, and what keeps its endpoints up to date by calls. */
function makeConnections(
  parts: ResolvedOptions & {
    readonly dial: Dial;
    readonly caller: Caller;
    readonly clock: Clock;
  },
): Pick<ClientParts, "pool" | "endpoints"> {
  const pool = new ConnectionPool({
    ...parts,
    owner: {
      started: () => endpoints.started(),
      failing: () => endpoints.failing(),
    },
  });
  const endpoints = new ClientEndpoints(parts, pool);
  return { pool, endpoints };
}

/** Makes the callers that let calls on keys share requests. */
function makeBatching(
  caller: Caller,
  { batch, timeoutMs, clock }: {
    readonly batch: BatchMode;
    readonly timeoutMs: number;
    readonly clock: Clock;
  },
): Pick<ClientParts, "batching" | "kvCaller"> {
  const batching: Batching = (mode) =>
    new BatchingCaller(caller, { mode, timeoutMs, clock });
  return { batching, kvCaller: batch === "off" ? caller : batching(batch) };
}
