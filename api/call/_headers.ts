import type { Headers } from "../../balancers/transport/mod.ts";
import type { CallOptions } from "./options.ts";

/** Gives the headers with a token, if there is one. */
export interface TokenHeaders {
  /** The headers of a call. */
  headers(options: Pick<CallOptions, "requireLeader">): Headers | undefined;
}

/** Asks a member that has no leader to refuse the call. */
export const REQUIRE_LEADER: Headers = Object.freeze({ hasleader: "true" });

/** Headers with those of a trace, if the call is part of one. */
export function withTrace(
  headers: Headers | undefined,
  ofTrace: Headers | undefined,
): Headers | undefined {
  return ofTrace === undefined ? headers : { ...headers, ...ofTrace };
}

/** The headers of a call or a stream: the token, and what it requires. */
export function headersOf(
  tokens: TokenHeaders | undefined,
  options: Pick<CallOptions, "requireLeader">,
): Headers | undefined {
  return tokens?.headers(options) ??
    (options.requireLeader ? REQUIRE_LEADER : undefined);
}
