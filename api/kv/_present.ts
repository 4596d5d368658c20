import { GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { methods } from "../../proto/methods.ts";

/** The answer to an operation of a transaction, which has to be there. */
export function present<T>(operation: string, wire: T | null | undefined): T {
  if (wire) return wire;
  throw new EtcdError(
    `Cannot run the transaction: the answer to the operation '${operation}' is missing (protocol)`,
    {
      code: "protocol",
      grpcCode: GRPC_CODE.internal,
      method: methods.kv.txn.name,
      maybeCommitted: true,
    },
  );
}
