import { classify } from "../errors/classify.ts";
import { GRPC_CODE } from "../errors/codes.ts";
import type { EtcdError } from "../errors/etcd_error.ts";
import { createError } from "../errors/specific_errors.ts";

/** Why the server has ended one watch, from the reason it gives. */
export function cancelError(reason: string, endpoint: string): EtcdError {
  // Some servers give the message alone, some as Go prints a gRPC status.
  const text = /^rpc error: code = \w+ desc = (.*)$/s.exec(reason)?.[1] ??
    reason;
  const { code, grpcCode } = classify({
    grpcCode: GRPC_CODE.canceled,
    details: text,
    sent: true,
    disconnected: false,
    ownDeadline: false,
  });
  return createError(
    `Cannot watch: ${
      text || "the server gives no reason"
    } (${code}, from ${endpoint})`,
    { code, grpcCode, endpoint, method: "Watch.Watch" },
  );
}
