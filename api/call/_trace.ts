import type { Headers } from "../../balancers/transport/mod.ts";
import type { Attempt } from "../../errors/etcd_error.ts";
import type { Caller, UnaryCall } from "./caller.ts";
import type { CallOptions } from "./options.ts";

/** Follows one call from the inside. */
export interface CallTrace {
  /** Headers that tell the server which trace the call is part of. */
  readonly headers?: Headers | undefined;
  /** An attempt has failed, and the call goes on. */
  retried(attempt: Attempt): void;
  /** The attempt that runs is late: another one is made beside it, here. */
  hedged(endpoint: string): void;
  /** One of two attempts has failed, and the other went on. */
  failedBeside(attempt: Attempt): void;
  /** The attempt at this endpoint has succeeded. */
  answered(endpoint: string): void;
}

/** The options of a call that is made inside the client. */
export interface TracedOptions extends CallOptions {
  /** Follows the call. */
  readonly trace?: CallTrace | undefined;
  /**
   * Makes the bytes of the request each time it is sent. The call may have
   * waited long by then, and part of the request may not be wanted any more.
   */
  readonly encode?: (() => Uint8Array) | undefined;
}

/** A caller that can be followed. */
export interface TraceableCaller extends Caller {
  unary<Request, Response>(
    call: UnaryCall<Request, Response>,
    request: Request,
    options: TracedOptions | undefined,
  ): Promise<Response>;
}
