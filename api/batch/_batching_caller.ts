import type { Method } from "../../proto/method.ts";
import { BatchLane, type BatchLimits } from "./_lane.ts";
import { type LaneName, toOperation } from "./_operation.ts";
import type { BatchMode } from "./mode.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import { checkTimeoutMs } from "../checks/mod.ts";

// etcd takes 128 operations and 1.5 MiB unless it is told otherwise.
const OPERATIONS = 128;
const BYTES = 1024 * 1024;
// The fewer there are, the more operations each carries: one that is answered
// while another is on its way keeps both sides busy.
const IN_FLIGHT = 2;
const FULL_IN_FLIGHT = 4;

/** What batching is made of. */
export interface BatchingOptions {
  /** Which calls are batched. */
  readonly mode: Exclude<BatchMode, "off">;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
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
    this.#lanes = {
      linearizable: new BatchLane(caller, limits),
      serializable: new BatchLane(caller, limits),
      writes: new BatchLane(caller, limits),
    };
  }

  // Not async: a promise for each call counts here, and its callers are async.
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    action: string,
    options: CallOptions = {},
  ): Promise<Response> {
    const operation = options.requireLeader
      ? undefined
      : toOperation(method, request, this.#options.mode);
    if (operation === undefined) {
      return this.#caller.unary(method, request, action, options);
    }
    const { signal, timeoutMs: own } = options;
    const timeoutMs = own === undefined
      ? this.#options.timeoutMs
      : checkTimeoutMs("timeoutMs", own);
    signal?.throwIfAborted();
    return this.#lanes[operation.lane].run({
      operation,
      method: method as Method<unknown, unknown>,
      action,
      signal,
      timeoutMs,
    }) as Promise<Response>;
  }
}
