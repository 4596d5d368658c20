import type { Method } from "../../proto/method.ts";
import type { CallOptions } from "./options.ts";

/** A unary method, and what a call of it does for the user. */
export interface UnaryCall<Request, Response> {
  /** The method. */
  readonly method: Method<Request, Response>;
  /** Completes "Cannot …" in errors, such as `delete the role`. */
  readonly action: string;
}

/** All that the facets of the API know of transport. */
export interface Caller {
  /**
   * Makes a unary call, repeating it where that is safe and the strategy
   * wants it.
   *
   * @throws {EtcdError} If it did not succeed.
   */
  unary<Request, Response>(
    call: UnaryCall<Request, Response>,
    request: Request,
    options: CallOptions | undefined,
  ): Promise<Response>;
}
