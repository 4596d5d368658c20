import type { Headers } from "../../balancers/transport/mod.ts";
import type { CallTrace } from "./_trace.ts";
import type { CallOptions } from "./options.ts";
import { joinHeaders, type OwnHeaders } from "./_own_headers.ts";

/** Gives the headers with a token, if there is one. */
export interface TokenHeaders {
  /** The headers of a call. */
  headers(options: Pick<CallOptions, "requireLeader">): Headers | undefined;
}

/** Asks a member that has no leader to refuse the call. */
export const REQUIRE_LEADER: Headers = Object.freeze({ hasleader: "true" });

/** The parts of a client that the headers of its requests come from. */
export interface HeaderParts {
  /** Gives the client's token; missing if the client is nobody. */
  readonly tokens?: TokenHeaders | undefined;
  /** The headers that the user adds to all. */
  readonly ownHeaders?: OwnHeaders | undefined;
}

/** The options that a call's headers depend on. */
interface HeaderOptions extends Pick<CallOptions, "requireLeader" | "headers"> {
  readonly trace?: Pick<CallTrace, "headers"> | undefined;
}

/**
 * The headers of a call or a stream: the token, what it requires, the user's for
 * all, those of the trace, and the user's for this one.
 */
export function headersOf(
  { tokens, ownHeaders }: HeaderParts,
  options: HeaderOptions,
): Headers | undefined {
  const base = tokens?.headers(options) ??
    (options.requireLeader ? REQUIRE_LEADER : undefined);
  const all = ownHeaders === undefined ? base : ownHeaders.with(base);
  // The token is not the user's to set: no such name is accepted.
  return joinHeaders(joinHeaders(all, options.trace?.headers), options.headers);
}

/** Options whose headers are kept: the user may change the object meanwhile. */
export function keptHeaders<T extends Pick<CallOptions, "headers">>(
  options: T,
): T {
  const { headers } = options;
  return headers === undefined
    ? options
    : { ...options, headers: Object.freeze({ ...headers }) };
}
