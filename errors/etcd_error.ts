import { type ErrorCode, GRPC_CODE } from "./codes.ts";

/** An attempt of a call, as kept in {@linkcode EtcdError.attempts}. */
export interface Attempt {
  /** The endpoint it went to. */
  readonly endpoint: string;
  /** The code it ended with. */
  readonly code: ErrorCode;
  /** The duration of the attempt, in milliseconds. */
  readonly durationMs: number;
}

/** The fields of a new {@linkcode EtcdError}. */
export interface EtcdErrorInit {
  /** The code: one word for what happened. */
  readonly code: ErrorCode;
  /** The gRPC status code. @default {2} */
  readonly grpcCode?: number;
  /** The endpoint the error came from. */
  readonly endpoint?: string | undefined;
  /** The method called, such as `KV.Put`. */
  readonly method?: string | undefined;
  /** Whether the same call may be made again. @default {false} */
  readonly retryable?: boolean;
  /** Whether a write may have been applied. @default {false} */
  readonly maybeCommitted?: boolean;
  /** The failed attempts. @default {[]} */
  readonly attempts?: readonly Attempt[];
  /** The error that caused it. */
  readonly cause?: unknown;
}

/**
 * The base of every error this client throws, apart from abort reasons, which
 * arrive as they were given.
 *
 * Branch on {@linkcode EtcdError.code} or on a subclass, never on the text.
 */
export class EtcdError extends Error {
  /** The code to branch on: one word for what happened. */
  readonly code: ErrorCode;
  /** The gRPC status code, 2 (UNKNOWN) where there was none. */
  readonly grpcCode: number;
  /** The endpoint of the last attempt, if one was reached. */
  readonly endpoint: string | undefined;
  /** The method called, such as `KV.Put`. */
  readonly method: string | undefined;
  /**
   * Whether the same call may be made again. The fault is transient then, and
   * the call may be repeated, or was certainly not applied.
   */
  readonly retryable: boolean;
  /**
   * Whether a write may have been applied although it failed. `false` is a
   * promise: it was not applied and will not be.
   */
  readonly maybeCommitted: boolean;
  /**
   * The attempts of the call that failed, the last one included. Of a call
   * that went on without a limit, about the last hundred.
   */
  readonly attempts: readonly Attempt[];

  /** Makes an error; users receive them, they need not make any. */
  constructor(message: string, init: EtcdErrorInit) {
    super(
      message,
      init.cause === undefined ? undefined : { cause: init.cause },
    );
    this.name = new.target.name;
    this.code = init.code;
    this.grpcCode = init.grpcCode ?? GRPC_CODE.unknown;
    this.endpoint = init.endpoint;
    this.method = init.method;
    this.retryable = init.retryable ?? false;
    this.maybeCommitted = init.maybeCommitted ?? false;
    this.attempts = init.attempts ?? [];
  }

  /**
   * The object that `JSON.stringify` writes: the fields with the message, 64-bit
   * numbers as strings of decimal digits, and the cause if it is an error.
   */
  toJSON(): Readonly<Record<string, unknown>> {
    const { message, cause } = this;
    const fields = Object.entries(this).map(([name, value]) => [
      name,
      typeof value === "bigint" ? String(value) : value,
    ]);
    return {
      name: this.name,
      message,
      ...Object.fromEntries(fields),
      cause: cause instanceof EtcdError
        ? cause.toJSON()
        : cause instanceof Error
        ? `${cause.name}: ${cause.message}`
        : undefined,
    };
  }

  /**
   * Turns anything thrown into an {@linkcode EtcdError}: one of ours comes
   * back as it is, anything else becomes the `cause` of an `unknown` error.
   */
  static from(cause: unknown): EtcdError {
    if (cause instanceof EtcdError) return cause;
    const state = cause instanceof Error ? cause.message : String(cause);
    return new EtcdError(`Cannot complete the call: ${state}`, {
      code: "unknown",
      cause,
    });
  }
}
