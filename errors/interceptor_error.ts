import { GRPC_CODE } from "./codes.ts";
import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/**
 * The client's interceptor threw an error, or did not call `next()` as it has
 * to: the fault is in the interceptor. What it threw is the `cause`.
 */
export class InterceptorError extends EtcdError {
  /** Makes the error; users receive it, they need not make any. */
  constructor(
    message: string,
    init: Omit<EtcdErrorInit, "code" | "grpcCode">,
  ) {
    super(message, {
      ...init,
      code: "interceptor_failed",
      grpcCode: GRPC_CODE.internal,
    });
  }
}
