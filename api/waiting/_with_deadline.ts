import {
  type Clock,
  onAbort,
  SYSTEM_CLOCK,
} from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { doubtText, inDoubt } from "../../errors/doubt.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { TimeoutError } from "../../errors/specific_errors.ts";

/** Options of work that can be cancelled and has a deadline. */
export interface DeadlineOptions {
  /** The user's signal: its reason arrives as it was given. */
  readonly signal?: AbortSignal | undefined;
  /** The owner's signal, say of a session: its reason is this client's error. */
  readonly owner?: AbortSignal | undefined;
  /** The time the work has in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Says what is done, completing "Cannot …". */
  action(): string;
  /** The method that is called, if it is but one. */
  readonly method?: string | undefined;
  /** Knows more of why the time is over, or nothing. */
  timeoutError?(): TimeoutError | undefined;
  /** @default {the system's} */
  readonly clock?: Pick<Clock, "now" | "hold"> | undefined;
}

/** The context of work that has a deadline: what ends it, and how it fares. */
export class WorkContext {
  /** Whether something that was sent may have been applied. */
  maybeCommitted = false;
  /** The error that is met with now; nothing if all is well. */
  lastError: () => unknown = () => undefined;
  readonly #options: DeadlineOptions;
  readonly #clock: Pick<Clock, "now" | "hold">;
  readonly #endsAt: number;
  readonly #cancelled = new AbortController();
  readonly #ended = new AbortController();
  readonly #stops: (() => void)[] = [];

  constructor(options: DeadlineOptions) {
    const { timeoutMs, clock = SYSTEM_CLOCK } = this.#options = options;
    this.#clock = clock;
    this.#endsAt = clock.now() + timeoutMs;
    if (timeoutMs !== Infinity) {
      this.#stops.push(
        clock.hold(timeoutMs, () => this.#ended.abort(this.#timeoutError())),
      );
    }
    for (const one of [options.signal, options.owner]) {
      this.#stops.push(onAbort(one, (reason) => {
        this.#cancelled.abort(reason);
        this.#ended.abort(reason);
      }));
    }
  }

  /** Ends what waits for others: cancelled, or the time is over. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /**
   * Ends a call that is cancelled from outside. The time is the call's own
   * limit instead: it knows then whether it was sent.
   */
  get cancelSignal(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** The time left in milliseconds, up to so much. */
  leftMs(atMostMs: number): number {
    const leftMs = this.#endsAt - this.#clock.now();
    // More than nothing, which no timer waits for.
    return Math.max(Math.min(atMostMs, leftMs), 1);
  }

  /**
   * Takes note of how a call has failed, if not by being cancelled.
   *
   * @throws {TimeoutError} If there is no time for another one.
   */
  failed(error: unknown): void {
    this.lastError = () => error;
    if (error instanceof EtcdError) {
      this.maybeCommitted ||= error.maybeCommitted;
    }
    this.throwIfEnded();
  }

  /** Throws if the work has been ended, with what is known by now. */
  throwIfEnded(): void {
    this.cancelSignal.throwIfAborted();
    if (this.#clock.now() >= this.#endsAt) throw this.#timeoutError();
  }

  /** The error of the work as a whole, for one that has ended it. */
  errorFor(error: unknown): unknown {
    const { signal } = this.#options;
    if (signal?.aborted && error === signal.reason) return error;
    return this.maybeCommitted ? inDoubt(error) : error;
  }

  /** Stops the timer, and listens to no signal any more. */
  close(): void {
    for (const stop of this.#stops) stop();
  }

  #timeoutError(): TimeoutError {
    return this.#options.timeoutError?.() ?? timeoutError(this.#options, this);
  }
}

/** Does some work that can be cancelled and has a deadline. */
export async function withDeadline<T>(
  options: DeadlineOptions,
  work: (context: WorkContext) => Promise<T>,
): Promise<T> {
  options.signal?.throwIfAborted();
  options.owner?.throwIfAborted();
  const context = new WorkContext(options);
  try {
    return await work(context);
  } catch (error) {
    throw context.errorFor(error);
  } finally {
    context.close();
  }
}

function timeoutError(
  { action, timeoutMs, method }: DeadlineOptions,
  { lastError, maybeCommitted }: WorkContext,
): TimeoutError {
  const cause = lastError();
  const attempt = cause instanceof EtcdError
    ? `, the last attempt ${endOf(cause)}`
    : "";
  return new TimeoutError(
    `Cannot ${action()}: not done within ${timeoutMs} ms (timeout)${attempt}${
      doubtText(maybeCommitted)
    }`,
    {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      method,
      retryable: true,
      maybeCommitted,
      cause,
    },
  );
}

function endOf({ endpoint, code }: EtcdError): string {
  return endpoint === undefined
    ? `ended with ${code}`
    : `ended at ${endpoint} (${code})`;
}
