import { GRPC_CODE } from "./codes.ts";
import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/**
 * A balancer strategy threw an error or answered something invalid: the fault is
 * in the strategy. What it threw is the `cause`.
 */
export class BalancerError extends EtcdError {
  /** The strategy's name. */
  readonly balancer: string;

  /** Makes the error; users receive it, they need not make any. */
  constructor(
    message: string,
    init: Omit<EtcdErrorInit, "code" | "grpcCode"> & {
      readonly balancer: string;
    },
  ) {
    super(message, {
      ...init,
      code: "balancer_failed",
      grpcCode: GRPC_CODE.internal,
    });
    this.balancer = init.balancer;
  }
}
