import type { Headers } from "../../balancers/transport/mod.ts";
import type { CallTrace } from "./_trace.ts";
import type { CallOptions } from "./options.ts";

/** Gives the headers with a token, if there is one. */
export interface TokenHeaders {
  /** The headers of a call. */
  headers(options: Pick<CallOptions, "requireLeader">): Headers | undefined;
}

/** Asks a member that has no leader to refuse the call. */
export const REQUIRE_LEADER: Headers = Object.freeze({ hasleader: "true" });

/** The options that a call's headers depend on. */
interface HeaderOptions extends Pick<CallOptions, "requireLeader"> {
  readonly trace?: Pick<CallTrace, "headers"> | undefined;
}

/** The headers of a call or a stream: token, trace, and what it requires. */
export function headersOf(
  tokens: TokenHeaders | undefined,
  options: HeaderOptions,
): Headers | undefined {
  const headers = tokens?.headers(options) ??
    (options.requireLeader ? REQUIRE_LEADER : undefined);
  const ofTrace = options.trace?.headers;
  return ofTrace === undefined ? headers : { ...headers, ...ofTrace };
}
