import type { ErrorCode } from "../../errors/codes.ts";

/** Headers of requests, by lower-case name. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** An attempt of a call, or a stream, that is about to be sent. */
export interface InterceptedCall {
  /** Service and method, such as `KV.Put`. */
  readonly method: string;
  /** Whether it has one answer, or is a stream of messages. */
  readonly kind: "unary" | "stream";
  /** The endpoint it goes to. */
  readonly endpoint: string;
  /** The number of the attempt within its call, from 1; 1 for a stream. */
  readonly attempt: number;
  /**
   * A copy of the request, with the fields of etcd's protocol, and without
   * passwords; `undefined` for a stream. It is made when it is asked for.
   */
  readonly request: unknown;
}

/** The end of an attempt, or of a stream. */
export type InterceptedEnd =
  | {
    /** Discriminator: it was answered, or the stream has ended well. */
    readonly kind: "answered";
    /** The endpoint that has answered: another one if a read was hedged. */
    readonly endpoint: string;
    /**
     * A copy of the answer, with the fields of etcd's protocol, and without
     * tokens; `undefined` for a stream. It is made when it is asked for.
     */
    readonly response: unknown;
    /** The time it took, in milliseconds. */
    readonly durationMs: number;
  }
  | {
    /** Discriminator: it failed, and may be repeated in another attempt. */
    readonly kind: "failed";
    /** The endpoint it failed at. */
    readonly endpoint: string;
    /** One word for what happened. */
    readonly code: ErrorCode;
    /** The reason, for people. */
    readonly reason: string;
    /** The time it took, in milliseconds. */
    readonly durationMs: number;
  };

/** The changes that an interceptor may make to what is sent. */
export interface InterceptorChanges {
  /** Headers that are sent as well. */
  readonly headers?: RequestHeaders | undefined;
}

/** Sends the attempt, and resolves when it has ended, whichever way. */
export type NextAttempt = (
  changes?: InterceptorChanges,
) => Promise<InterceptedEnd>;

/**
 * Runs around each attempt of each call, and around each stream. It has to call
 * `next()` once; what it returns does not count. It sees what is sent and
 * answered, and may add headers. It cannot change a request or an answer, as
 * `maybeCommitted` could not be true then.
 *
 * ```ts
 * import type { Interceptor } from "@etcdeno/client";
 *
 * const timing: Interceptor = async ({ method, attempt }, next) => {
 *   const end = await next({ headers: { "x-request-id": crypto.randomUUID() } });
 *   console.log(method, attempt, end.kind, end.durationMs);
 * };
 * console.log(typeof timing);
 * ```
 */
export type Interceptor = (
  call: InterceptedCall,
  next: NextAttempt,
) => unknown;
