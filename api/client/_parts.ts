import { SYSTEM_CLOCK } from "../../balancers/transport/mod.ts";
import { makeDial } from "../../balancers/dial/mod.ts";
import { ConnectionPool } from "../../balancers/pool/mod.ts";
import { authenticate } from "../auth/mod.ts";
import { BatchingCaller } from "../batch/mod.ts";
import { type Caller, RetryingCaller, TokenKeeper } from "../call/mod.ts";
import { ClientEndpoints } from "./_endpoints.ts";
import type { Batching } from "../kv/mod.ts";
import type { TellEvent } from "../events.ts";
import { MemberConnections } from "../cluster/mod.ts";
import { observe } from "../telemetry/mod.ts";
import type { ResolvedOptions } from "./_resolve_options.ts";
import { type Opener, StreamOpener } from "../stream/mod.ts";

/** What the facets of a client are made over. */
export interface ClientParts {
  /** The connections the strategy decides about. */
  readonly pool: ConnectionPool;
  /** The endpoints they lead to. */
  readonly endpoints: ClientEndpoints;
  /** The connections to single members. */
  readonly members: MemberConnections;
  /** Who the client is; missing if it is nobody. */
  readonly tokens: TokenKeeper | undefined;
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
  /** Told of what happens, if anybody listens. */
  readonly onEvent: TellEvent | undefined;
}

/** Puts the parts of a client together; nothing is dialled. */
export function makeParts(options: ResolvedOptions): ClientParts {
  const { strategy, dialTimeoutMs, keepAlive, tls, credentials } = options;
  const timeoutMs = options.requestTimeoutMs;
  const dial = makeDial({ tls, keepAlive });
  const observation = observe(options.onEvent);
  const { onEvent } = observation;
  const pool = new ConnectionPool({
    endpoints: options.endpoints,
    strategy,
    dial,
    dialTimeoutMs,
    clock: SYSTEM_CLOCK,
    onEvent,
    owner: {
      started: () => endpoints.started(),
      failing: () => endpoints.failing(),
    },
  });
  // Those that make calls are made of parts that make calls themselves.
  const late: Caller = { unary: (...call) => caller.unary(...call) };
  const endpoints = new ClientEndpoints(
    { ...options, onEvent, dial },
    pool,
    late,
  );
  const { guard } = endpoints;
  const tokens = credentials && new TokenKeeper(credentials, {
    authenticate: (name, password) => authenticate(late, name, password),
    onEvent,
    now: SYSTEM_CLOCK.now,
  });
  const { random } = SYSTEM_CLOCK;
  const calls = { policy: strategy.retry, timeoutMs, tokens, random };
  const retrying = new RetryingCaller({ ...calls, pool, guard });
  const caller = observation.observed(retrying);
  const opener = observation.observedStreams(
    new StreamOpener(pool, { tokens, guard }),
  );
  const batching: Batching = (mode) =>
    new BatchingCaller(caller, { mode, timeoutMs });
  const kvCaller = options.batch === "off" ? caller : batching(options.batch);
  const members = new MemberConnections({
    ...calls,
    dial,
    dialTimeoutMs,
    observation,
  });
  return {
    pool,
    endpoints,
    members,
    tokens,
    retrying,
    caller,
    opener,
    kvCaller,
    batching,
    timeoutMs,
    onEvent,
  };
}
