import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { InterceptorError } from "../../errors/interceptor_error.ts";
import { TimeoutError } from "../../errors/specific_errors.ts";
import { untilAborted } from "../waiting/mod.ts";
import { untilDeadline } from "./_deadline.ts";
import { InterceptorRun } from "./_interceptor_run.ts";
import type {
  InterceptedCall,
  InterceptedEnd,
  Interceptor,
} from "./interceptor.ts";

/** The work that an interceptor runs around, and the time it has. */
export interface InterceptedWork {
  /** Completes "Cannot …" in errors. */
  readonly action: string;
  /** The time it has in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** When that time is over, on the clock. */
  readonly deadlineAt: number;
  /** Ends it. */
  readonly signal: AbortSignal | undefined;
}

/** An attempt or stream that the interceptor has let go on. */
export interface Intercepted {
  /** The headers that it adds. */
  readonly headers: Headers | undefined;
  /**
   * Tells it the end, and waits for it; resolves to its fault, if there is one.
   * Rejects only with the reason of the work's signal.
   */
  end(end: InterceptedEnd): Promise<unknown>;
  /** Tells it the end, and resolves when it has returned, however late. */
  leave(end: InterceptedEnd): Promise<void>;
  /** Tells it that there will be no end. */
  giveUp(reason: unknown): void;
}

/** Runs a client's interceptor around attempts and streams. */
export class Interception {
  readonly #interceptor: Interceptor;
  readonly #clock: Pick<Clock, "now" | "hold">;
  readonly #closed = new AbortController();

  constructor(interceptor: Interceptor, clock: Pick<Clock, "now" | "hold">) {
    this.#interceptor = interceptor;
    this.#clock = clock;
  }

  /**
   * Resolves when the interceptor has called `next()`.
   *
   * @throws {InterceptorError} If it throws, or returns without.
   * @throws {TimeoutError} If the time of the work is over before.
   */
  async begin(
    call: InterceptedCall,
    work: InterceptedWork,
  ): Promise<Intercepted> {
    const { method } = call;
    const run = new InterceptorRun(this.#interceptor, call);
    try {
      await this.#within(
        work,
        () => lateError({ ...work, method }, "did not call next()"),
        () => Promise.race([run.begun, run.settled]),
      );
      if (run.state === "waiting") throw faultError({ ...work, method }, run);
    } catch (error) {
      run.stop(error);
      throw error;
    }
    return {
      headers: run.headers,
      end: (end) => this.#end(run, end, { ...work, method }),
      leave: async (end) => {
        run.end(end);
        await run.settled;
        if (run.thrown !== undefined) throw run.thrown.error;
      },
      giveUp: (reason) => run.stop(reason),
    };
  }

  /** Ends every wait for the interceptor, now and later. */
  close(reason: unknown): void {
    this.#closed.abort(reason);
  }

  async #end(
    run: InterceptorRun,
    end: InterceptedEnd,
    work: NamedWork,
  ): Promise<unknown> {
    run.end(end);
    try {
      await this.#within(
        work,
        () => lateError(work, "did not return"),
        () => run.settled,
      );
    } catch (error) {
      work.signal?.throwIfAborted();
      return error;
    }
    return run.thrown && faultError(work, run);
  }

  /** Waits for the interceptor: no longer than the work has, or the client. */
  #within(
    { deadlineAt, signal }: InterceptedWork,
    late: () => TimeoutError,
    begin: () => Promise<void>,
  ): Promise<void> {
    const clock = this.#clock;
    return untilDeadline(
      { clock, deadlineAt, signal, late },
      () =>
        untilAborted(this.#closed.signal, (resolve, reject) => {
          begin().then(resolve, reject);
          return () => {};
        }),
    );
  }
}

type NamedWork = InterceptedWork & { readonly method: string };

function lateError(
  { action, method, timeoutMs }: NamedWork,
  what: string,
): TimeoutError {
  return new TimeoutError(
    `Cannot ${action}: the interceptor ${what} within ${timeoutMs} ms (timeout)`,
    { code: "timeout", grpcCode: GRPC_CODE.deadlineExceeded, method },
  );
}

function faultError(
  { action, method }: NamedWork,
  { thrown }: Pick<InterceptorRun, "thrown">,
): InterceptorError {
  const state = thrown === undefined
    ? "has returned without calling next()"
    : `has thrown: ${
      thrown.error instanceof Error
        ? thrown.error.message
        : String(thrown.error)
    }`;
  return new InterceptorError(
    `Cannot ${action}: the interceptor ${state} (interceptor_failed)`,
    { method, cause: thrown?.error },
  );
}
