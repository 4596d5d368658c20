import { GRPC_CODE } from "./codes.ts";
import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/**
 * A balancer strategy has thrown, or given an answer that is none: the fault
 * is in the strategy. What it has thrown is the `cause`.
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
