import type {
  ConnectionPool,
  Picked,
  Waited,
} from "../../balancers/pool/mod.ts";
import type { PickInfo } from "../../balancers/strategy.ts";
import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import { isInDoubt } from "../../errors/doubt.ts";
import type { RetryPolicy } from "../../errors/retry_policy.ts";
import type { Effect } from "../../proto/method.ts";
import { methods } from "../../proto/methods.ts";
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
  pickError,
} from "./_errors.ts";
import { headersOf } from "./_headers.ts";
import { judgeAttempt } from "./_judge_attempt.ts";
import { timeoutOf } from "./options.ts";
import { requireVersion } from "./_require_version.ts";
import { runUnary } from "./_run_unary.ts";
import { type CallState, remember } from "./_state.ts";
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
  /** Looks at each reply. */
  readonly guard?: ClusterGuard | undefined;
  /** Times the calls, and varies the waits. */
  readonly clock: Pick<Clock, "now" | "random" | "hold">;
}

/** The end of an attempt that did not end the call. */
type AttemptEnd =
  | { readonly kind: "replied"; readonly reply: Uint8Array }
  | { readonly kind: "token refused" }
  | { readonly kind: "repeat" };

const AUTHENTICATE = methods.auth.authenticate.path;
const CONNECT = { method: { name: "connect", path: "" }, action: "connect" };
const READS = (): Effect => "read";
const NONE: TracedOptions = Object.freeze({});
const NO_BYTES = new Uint8Array();
const REPEAT: AttemptEnd = { kind: "repeat" };
const TOKEN_REFUSED: AttemptEnd = { kind: "token refused" };

/** Pick, run, judge, report, again: the one loop that all unary calls take. */
export class RetryingCaller implements TraceableCaller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  async unary<Request, Response>(
    made: UnaryCall<Request, Response>,
    request: Request,
    options: TracedOptions = NONE,
  ): Promise<Response> {
    const { method } = made;
    const call = this.#begin(made, options, {
      effect: () => method.effect(request),
      request: options.encode ?? method.encode(request),
    });
    const needs = method.needs?.(request);
    const { tokens } = call;
    for (;;) {
      if (tokens?.known === false) await this.#authenticate(call, tokens);
      const picked = await this.#pick(call);
      call.signal?.throwIfAborted();
      // Other code has run meanwhile: the connection or the token may be gone.
      if (!picked.transport.ready || tokens?.known === false) continue;
      const token = tokens?.token;
      const headers = headersOf(tokens, options);
      if (needs !== undefined) {
        const { deadlineAt, timeoutMs } = call;
        const limit = { clock: this.#options.clock, deadlineAt, timeoutMs };
        await requireVersion(picked, { ...call, needs, headers, limit });
        call.signal?.throwIfAborted();
        if (!picked.transport.ready) continue;
      }
      const end = await this.#attempt(call, picked, headers);
      if (end.kind === "replied") {
        const { endpoint } = picked.connection;
        const { guard } = this.#options;
        return decodeReply(method, end.reply, { call, endpoint, guard });
      }
      if (end.kind === "token refused") tokens?.refused(token);
    }
  }

  /** Waits until a connection can be picked, and makes no call. */
  async ready(options: TracedOptions): Promise<void> {
    const nothing = { effect: READS, request: NO_BYTES };
    await this.#pick(this.#begin(CONNECT, options, nothing));
  }

  #begin(
    { method, action }: Pick<CallState, "method" | "action">,
    options: TracedOptions,
    { effect, request }: Pick<CallState, "effect" | "request">,
  ): CallState {
    const { signal, trace } = options;
    const { clock, tokens } = this.#options;
    const timeoutMs = timeoutOf(options, this.#options.timeoutMs);
    signal?.throwIfAborted();
    return {
      method,
      action,
      effect,
      request,
      tokens: method.path === AUTHENTICATE ? undefined : tokens,
      timeoutMs,
      deadlineAt: clock.now() + timeoutMs,
      signal,
      trace,
      made: 0,
      refusedTokens: 0,
      attempts: [],
      tried: [],
      maybeCommitted: false,
    };
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

  async #pick(call: CallState): Promise<Picked> {
    const { pool, clock } = this.#options;
    const info: PickInfo = {
      kind: "unary",
      method: call.method.name,
      attempt: call.made + 1,
      tried: call.tried,
    };
    const now = pool.pick(info);
    const picked: Waited = now.action !== "wait" ? now : await pool.wait(info, {
      timeoutMs: call.deadlineAt - clock.now(),
      signal: call.signal,
    });
    switch (picked.action) {
      case "use":
        return picked;
      case "fail":
        throw pickError(call, picked.error);
      case "aborted":
        throw call.signal?.reason;
      case "closed":
        throw callClosedError(call);
      case "timeout":
        throw this.#late(call);
    }
  }

  #late(call: CallState): Error {
    return outOfTimeError(call, this.#options.pool.snapshot());
  }

  #deadlineOf(call: CallState): Deadline {
    const { deadlineAt, signal } = call;
    const { clock } = this.#options;
    return { deadlineAt, signal, clock, late: () => this.#late(call) };
  }

  /** Runs one attempt, and waits if the call is to be repeated. */
  async #attempt(
    call: CallState,
    picked: Picked,
    headers: Headers | undefined,
  ): Promise<AttemptEnd> {
    const { pool, clock } = this.#options;
    const { connection, epoch } = picked;
    const startedAt = clock.now();
    const result = await runUnary(call, picked, {
      timeoutMs: Math.max(call.deadlineAt - startedAt, 0),
      headers,
    });
    const endedAt = clock.now();
    const durationMs = endedAt - startedAt;
    const outcome = { connection, epoch, kind: "unary", durationMs } as const;
    if (result instanceof Uint8Array) {
      call.trace?.answered(connection.endpoint);
      pool.report({ ...outcome, blame: "none" });
      return { kind: "replied", reply: result };
    }
    if (pool.closed) {
      call.maybeCommitted ||= result.reach !== "unsent" &&
        isInDoubt(call.effect());
      throw callClosedError(call);
    }
    const failed = { ...picked, status: result, endedAt, durationMs };
    const verdict = judgeAttempt(call, failed, {
      ...this.#options,
      endpoints: pool.size,
    });
    pool.report({ ...outcome, blame: verdict.blame });
    if (verdict.action === "fail") throw verdict.error;
    remember(call, verdict, connection);
    if (verdict.action === "reauthenticate") return TOKEN_REFUSED;
    await pauseBeforeDeadline(this.#deadlineOf(call), verdict.delayMs);
    return REPEAT;
  }
}
