import type { ConnectionPool, Picked } from "../../balancers/pool/mod.ts";
import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import type { RetryPolicy } from "../../errors/retry_policy.ts";
import type { Effect, Method } from "../../proto/method.ts";
import { methods } from "../../proto/methods.ts";
import { Attempts } from "./_attempts.ts";
import type { TurnOptions } from "./_followed_run.ts";
import type { UnaryCall } from "./caller.ts";
import type { ClusterGuard } from "./_cluster_guard.ts";
import {
  type Deadline,
  pauseBeforeDeadline,
  untilDeadline,
} from "./_deadline.ts";
import { decodeReply } from "./_decode_reply.ts";
import {
  callClosedError,
  interruptedError,
  notProvidedError,
  outOfTimeError,
  silentError,
} from "./_errors.ts";
import { headersOf, keptHeaders } from "./_headers.ts";
import {
  faultOf,
  type InterceptedAttempt,
  runIntercepted,
} from "./_intercepted_attempt.ts";
import type { Interception } from "./_interception.ts";
import type { OwnHeaders } from "./_own_headers.ts";
import { timeoutOf } from "./options.ts";
import { pickFor } from "./_pick.ts";
import { requireVersion } from "./_require_version.ts";
import { CallState } from "./_state.ts";
import type { TokenKeeper } from "./_token_keeper.ts";
import type { TraceableCaller, TracedOptions } from "./_trace.ts";

/** The parts of a retrying caller. */
export interface CallerOptions {
  /** Gives the connections. */
  readonly pool: ConnectionPool;
  /** The strategy's policy. */
  readonly policy: RetryPolicy;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Gives the client's token; missing if the client is nobody. */
  readonly tokens?: TokenKeeper | undefined;
  /** The headers that the user adds to all. */
  readonly ownHeaders?: OwnHeaders | undefined;
  /** Runs the user's interceptor, if there is one. */
  readonly interception?: Interception | undefined;
  /** Looks at each reply. */
  readonly guard?: ClusterGuard | undefined;
  /** Times the calls, and varies the waits. */
  readonly clock: Pick<Clock, "now" | "random" | "hold">;
}

const AUTHENTICATE = methods.auth.authenticate.path;
const NO_BYTES = new Uint8Array();

/** A call, as much of it as it takes to begin one. */
interface Begun<Request> {
  readonly method:
    & CallState["method"]
    & Pick<Method<Request, unknown>, "encode">;
  readonly action: string;
}

const CONNECT: Begun<undefined> = {
  method: {
    name: "connect",
    path: "",
    effect: (): Effect => "read",
    encode: () => NO_BYTES,
  },
  action: "connect",
};
const NONE: TracedOptions = Object.freeze({});

/** Pick, run, judge, report, again: the one loop that all unary calls take. */
export class RetryingCaller implements TraceableCaller {
  readonly #options: CallerOptions;
  readonly #attempts: Attempts;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options);
  }

  async unary<Request, Response>(
    made: UnaryCall<Request, Response>,
    request: Request,
    traced: TracedOptions = NONE,
  ): Promise<Response> {
    const { method } = made;
    const call = this.#begin(made, traced, request);
    const needs = method.needs?.(request);
    const { tokens } = call;
    const { guard, ownHeaders, interception } = this.#options;
    const required = keptHeaders(traced);
    for (;;) {
      if (tokens?.known === false) await this.#authenticate(call, tokens);
      const now = pickFor(call, this.#options);
      const picked = now instanceof Promise ? await now : now;
      const obstacle = this.#obstacle(call, picked);
      if (obstacle !== undefined) {
        await obstacle;
        continue;
      }
      const token = tokens?.token;
      const headers = headersOf({ tokens, ownHeaders }, required);
      const met = needs === undefined ||
        await this.#meets(needs, { call, picked, headers });
      if (!met) continue;
      const options = { headers, mayHedge: needs === undefined };
      const ended: InterceptedAttempt = interception === undefined
        ? await this.#attempts.run(call, picked, options)
        : await this.#runIntercepted(call, picked, { ...options, method });
      const end = this.#attempts.judge(call, ended);
      if (ended.fault !== undefined) throw faultOf(call, ended);
      if (end.kind === "replied") {
        if (tokens === undefined) this.#broughtToken(picked);
        const { reply, endpoint } = end;
        return decodeReply(method, reply, { call, endpoint, guard });
      }
      if (end.kind === "token refused") tokens?.refused(token);
      else await pauseBeforeDeadline(this.#deadlineOf(call), end.delayMs);
    }
  }

  /** Waits until a connection can be picked, and makes no call. */
  async ready(options: TracedOptions): Promise<void> {
    await pickFor(this.#begin(CONNECT, options, undefined), this.#options);
  }

  /** Makes an attempt with the interceptor around it. */
  #runIntercepted(
    call: CallState,
    picked: Picked,
    { method, ...options }: TurnOptions & {
      readonly method: Method<never, unknown>;
    },
  ): Promise<InterceptedAttempt> {
    return runIntercepted(call, {
      picked,
      headers: options.headers,
      decode: (bytes) => method.decode(bytes),
      run: (headers) =>
        this.#attempts.run(call, picked, { ...options, headers }),
    }, this.#options);
  }

  #begin<Request>(
    { method, action }: Begun<Request>,
    options: TracedOptions,
    message: Request,
  ): CallState {
    const { signal, trace } = options;
    const { clock, tokens } = this.#options;
    const timeoutMs = timeoutOf(options, this.#options.timeoutMs);
    signal?.throwIfAborted();
    return new CallState({
      method,
      action,
      message,
      request: options.encode ?? method.encode(message),
      tokens: method.path === AUTHENTICATE ? undefined : tokens,
      timeoutMs,
      deadlineAt: clock.now() + timeoutMs,
      signal,
      trace,
    });
  }

  /** Waits until it is known which token to send. */
  async #authenticate(call: CallState, tokens: TokenKeeper): Promise<void> {
    const deadline: Deadline = {
      ...this.#deadlineOf(call),
      late: () => {
        const { waitingFor } = tokens;
        if (waitingFor === undefined) return this.#late(call);
        tokens.giveUpWaiting();
        return notProvidedError(call, waitingFor);
      },
    };
    try {
      await untilDeadline(deadline, () => tokens.fetch());
    } catch (error) {
      call.signal?.throwIfAborted();
      throw this.#options.pool.closed
        ? callClosedError(call)
        : interruptedError(call, error);
    }
  }

  /** Waits for all that keeps a call from being sent; then it is begun anew. */
  #obstacle(call: CallState, picked: Picked): Promise<void> | undefined {
    const { tokens, signal } = call;
    signal?.throwIfAborted();
    const { transport } = picked;
    // Other code has run meanwhile: the connection or the token may be gone.
    if (!transport.ready || tokens?.known === false) {
      return Promise.resolve(); // Without a wait it might never come to run.
    }
    return tokens?.trials.needed(transport)
      ? this.#tryToken(call, picked, tokens)
      : undefined;
  }

  /** A token has come by this connection, which is older than that. */
  #broughtToken({ transport }: Picked): void {
    this.#options.tokens?.trials.skip(transport);
  }

  /** Waits until it is known whether the member answers with this token. */
  async #tryToken(
    call: CallState,
    { transport, connection: { endpoint } }: Picked,
    tokens: TokenKeeper,
  ): Promise<void> {
    const { clock, ownHeaders } = this.#options;
    const headers = headersOf({ tokens, ownHeaders }, NONE);
    await untilDeadline(
      { ...this.#deadlineOf(call), late: () => silentError(call, endpoint) },
      () => tokens.trials.run(transport, { headers, clock }),
    );
    call.signal?.throwIfAborted();
  }

  /** Whether the connection is there still, and its member new enough. */
  async #meets(
    needs: string,
    { call, picked, headers }: {
      readonly call: CallState;
      readonly picked: Picked;
      readonly headers: Headers | undefined;
    },
  ): Promise<boolean> {
    const { deadlineAt, timeoutMs } = call;
    const limit = { clock: this.#options.clock, deadlineAt, timeoutMs };
    await requireVersion(picked, { ...call, needs, headers, limit });
    call.signal?.throwIfAborted();
    return picked.transport.ready;
  }

  #late(call: CallState): Error {
    return outOfTimeError(call, this.#options.pool.snapshot());
  }

  #deadlineOf(call: CallState): Deadline {
    const { deadlineAt, signal } = call;
    const { clock } = this.#options;
    return { deadlineAt, signal, clock, late: () => this.#late(call) };
  }
}
