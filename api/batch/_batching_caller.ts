import type { Clock } from "../../balancers/transport/mod.ts";
import { BatchLane, type BatchLimits } from "./_lane.ts";
import { type LaneName, toOperation } from "./_operation.ts";
import type { BatchMode } from "./mode.ts";
import {
  type Caller,
  type CallOptions,
  timeoutOf,
  type UnaryCall,
} from "../call/mod.ts";

// etcd takes 128 operations and 1.5 MiB unless it is told otherwise.
const OPERATIONS = 128;
const BYTES = 1024 * 1024;
// The fewer requests there are, the more operations each carries. With two, the
// server answers one while the client makes the other.
const IN_FLIGHT = 2;
const FULL_IN_FLIGHT = 4;

/** The settings of a {@linkcode BatchingCaller}. */
export interface BatchingOptions {
  /** The calls that are batched: gets, or all on single keys. */
  readonly mode: Exclude<BatchMode, "off">;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Times the calls and requests. */
  readonly clock: Pick<Clock, "now" | "hold">;
}

/** Carries single-key calls that are made at once in one request. */
export class BatchingCaller implements Caller {
  readonly #caller: Caller;
  readonly #options: BatchingOptions;
  readonly #lanes: Readonly<Record<LaneName, BatchLane>>;

  constructor(caller: Caller, options: BatchingOptions) {
    this.#caller = caller;
    this.#options = options;
    const limits: BatchLimits = {
      operations: OPERATIONS,
      bytes: BYTES,
      inFlight: IN_FLIGHT,
      fullInFlight: FULL_IN_FLIGHT,
    };
    const lane = () => new BatchLane({ caller, limits, clock: options.clock });
    this.#lanes = {
      linearizable: lane(),
      serializable: lane(),
      writes: lane(),
    };
  }

  // Not async: that would cost one more promise for each call.
  unary<Request, Response>(
    call: UnaryCall<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    const alone = options.requireLeader || options.headers !== undefined;
    const operation = alone
      ? undefined
      : toOperation(call.method, request, this.#options.mode);
    if (operation === undefined) {
      return this.#caller.unary(call, request, options);
    }
    const { signal } = options;
    const timeoutMs = timeoutOf(options, this.#options.timeoutMs);
    signal?.throwIfAborted();
    return this.#lanes[operation.lane].run({
      operation,
      call: call as UnaryCall<unknown, unknown>,
      signal,
      timeoutMs,
    }) as Promise<Response>;
  }
}
