import type { Method } from "../../proto/method.ts";
import type { CallOptions } from "./options.ts";

/** All that the facets of the API know of transport. */
export interface Caller {
  /**
   * Makes a unary call, repeating it where that is safe and the strategy
   * wants it. `action` completes "Cannot …" in errors.
   *
   * @throws {EtcdError} If it did not succeed.
   */
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    action: string,
    options: CallOptions | undefined,
  ): Promise<Response>;
}
