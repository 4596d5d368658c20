import { GRPC_CODE } from "./codes.ts";
import { doubtText } from "./doubt.ts";
import type { Attempt } from "./etcd_error.ts";
import { ClientClosedError } from "./specific_errors.ts";

/** The work that cannot be done as the client is closed. */
export interface ClosedInit {
  /** Completes "Cannot …". */
  readonly action: string;
  /** The method of the call, if there is one. */
  readonly method?: string;
  /** Whether the call may have been applied. @default {false} */
  readonly maybeCommitted?: boolean;
  /** The failed attempts of the call. @default {[]} */
  readonly attempts?: readonly Attempt[];
}

/** The client was closed before something, or while it was done. */
export function clientClosedError(
  { action, method, maybeCommitted = false, attempts = [] }: ClosedInit,
): ClientClosedError {
  return new ClientClosedError(
    `Cannot ${action}: the client is closed${doubtText(maybeCommitted)}`,
    {
      code: "client_closed",
      grpcCode: GRPC_CODE.canceled,
      method,
      maybeCommitted,
      attempts,
    },
  );
}
