import type { Attempt } from "../../errors/etcd_error.ts";
import type { Method } from "../../proto/method.ts";
import type { Caller } from "./caller.ts";
import type { CallOptions } from "./options.ts";

/** Follows one call from the inside. */
export interface CallTrace {
  /** An attempt has failed, and the call goes on. */
  retried(attempt: Attempt): void;
  /** The attempt at this endpoint has succeeded. */
  answered(endpoint: string): void;
}

/** The options of a call that is made inside the client. */
export interface TracedOptions extends CallOptions {
  /** Who follows it. */
  readonly trace?: CallTrace | undefined;
  /**
   * Makes the request when it is sent, each time: it may have waited long, and
   * part of it need not be wanted any more.
   */
  readonly encode?: (() => Uint8Array) | undefined;
}

/** A caller that can be followed. */
export interface TraceableCaller extends Caller {
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    action: string,
    options: TracedOptions | undefined,
  ): Promise<Response>;
}
