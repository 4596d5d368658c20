import { GRPC_CODE } from "../../errors/codes.ts";
import { doubtText, inDoubt } from "../../errors/doubt.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { TimeoutError } from "../../errors/specific_errors.ts";
import { untilAborted } from "./_abortable.ts";

/** What ends some work from outside. */
export interface Ends {
  /** The user's signal: its reason arrives as it was given. */
  readonly signal?: AbortSignal | undefined;
  /** That of what the work is for: its end is an error of this client. */
  readonly owner?: AbortSignal | undefined;
  /** The time it has in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Says what it does, completing "Cannot …". */
  action(): string;
  /** The method it calls, if it is but one. */
  readonly method?: string | undefined;
  /** Knows more of why its time is over, or nothing. */
  late?(): TimeoutError | undefined;
}

/** Work that goes on until it is done or ended, and what has become of it. */
export class Effort {
  /** Whether something it has sent may have been applied. */
  maybeCommitted = false;
  /** What it meets with now; nothing if all is well. */
  trouble: () => unknown = () => undefined;
  readonly #ends: Ends;
  readonly #endsAt: number;
  readonly #outside = new AbortController();
  readonly #over = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ends: Ends) {
    const { timeoutMs } = this.#ends = ends;
    this.#endsAt = performance.now() + timeoutMs;
    if (timeoutMs !== Infinity) {
      this.#timer = setTimeout(
        () => this.#over.abort(this.#late()),
        timeoutMs,
      );
    }
    for (const one of [ends.signal, ends.owner]) {
      one?.addEventListener("abort", this.#onAbort);
    }
  }

  /** Ends what waits for others, from outside or as the time is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Ends a call from outside. The time is the call's own limit instead: it
   * knows then whether it was sent.
   */
  get outside(): AbortSignal {
    return this.#outside.signal;
  }

  /** What is left of the time, up to so much, in milliseconds. */
  leftMs(atMostMs: number): number {
    // More than nothing, which no timer waits for.
    return Math.max(Math.min(atMostMs, this.#endsAt - performance.now()), 1);
  }

  /**
   * Takes note of how a call has failed, if not by being ended.
   *
   * @throws {TimeoutError} If there is no time for another one.
   */
  failed(error: unknown): void {
    this.trouble = () => error;
    if (error instanceof EtcdError) {
      this.maybeCommitted ||= error.maybeCommitted;
    }
    this.check();
  }

  /** Ends here if it has been ended, with what is known by now. */
  check(): void {
    this.outside.throwIfAborted();
    if (performance.now() >= this.#endsAt) throw this.#late();
  }

  /** What it ends with, for an error that has ended it. */
  endedBy(error: unknown): unknown {
    const { signal } = this.#ends;
    if (signal?.aborted && error === signal.reason) return error;
    return this.maybeCommitted ? inDoubt(error) : error;
  }

  /** Nothing ends it any more. */
  close(): void {
    clearTimeout(this.#timer);
    for (const one of [this.#ends.signal, this.#ends.owner]) {
      one?.removeEventListener("abort", this.#onAbort);
    }
  }

  #late(): TimeoutError {
    return this.#ends.late?.() ??
      lateError(this.#ends, this.trouble(), this.maybeCommitted);
  }

  readonly #onAbort = ({ target }: Event): void => {
    const { reason } = target as AbortSignal;
    this.#outside.abort(reason);
    this.#over.abort(reason);
  };
}

/** Does some work that has its ends. */
export async function endingWith<T>(
  ends: Ends,
  work: (effort: Effort) => Promise<T>,
): Promise<T> {
  ends.signal?.throwIfAborted();
  ends.owner?.throwIfAborted();
  const effort = new Effort(ends);
  try {
    return await work(effort);
  } catch (error) {
    throw effort.endedBy(error);
  } finally {
    effort.close();
  }
}

/** The time for some work is over; `trouble` is what it has met with last. */
function lateError(
  { action, timeoutMs, method }: Ends,
  trouble: unknown,
  maybeCommitted: boolean,
): TimeoutError {
  return new TimeoutError(
    `Cannot ${action()}: not done within ${timeoutMs} ms (timeout)${
      trouble instanceof EtcdError ? `, the last attempt ${endOf(trouble)}` : ""
    }${doubtText(maybeCommitted)}`,
    {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      method,
      retryable: true,
      maybeCommitted,
      cause: trouble,
    },
  );
}

function endOf({ endpoint, code }: EtcdError): string {
  return endpoint === undefined
    ? `ended with ${code}`
    : `ended at ${endpoint} (${code})`;
}

/** Waits for a promise, but not beyond the signal. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  await untilAborted(signal, (resolve, reject) => {
    promise.then(() => resolve(), reject);
    return () => {};
  });
  return await promise;
}
