import type {
  ConnectionPool,
  Picked,
  Waited,
} from "../../balancers/pool/mod.ts";
import type { Headers, RequestBytes } from "../../balancers/transport/mod.ts";
import type { PickInfo } from "../../balancers/strategy.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { isInDoubt } from "../../errors/doubt.ts";
import { judge } from "../../errors/judge.ts";
import type { RetryPolicy } from "../../errors/retry_policy.ts";
import type { Method } from "../../proto/method.ts";
import { methods } from "../../proto/methods.ts";
import { requireVersion } from "./_require_version.ts";
import {
  closedError,
  keptError,
  notProvidedError,
  outOfTimeError,
  pickError,
} from "./_errors.ts";
import { type CallState, remember } from "./_state.ts";
import type { TraceableCaller, TracedOptions } from "./_trace.ts";
import { pauseWithin, within } from "./_deadline.ts";
import type { ClusterGuard } from "./_cluster_guard.ts";
import { decodeReply } from "./_decode_reply.ts";
import { checkTimeoutMs } from "../checks/mod.ts";
import type { TokenKeeper } from "./_token_keeper.ts";
import { runUnary } from "./_run_unary.ts";

/** What the retry loop is made of. */
export interface CallerOptions {
  /** Where connections come from. */
  readonly pool: ConnectionPool;
  /** The strategy's policy. */
  readonly policy: RetryPolicy;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Who the client is; missing if it is nobody. */
  readonly tokens?: TokenKeeper | undefined;
  /** Looks at each reply. */
  readonly guard?: ClusterGuard | undefined;
  /** A number from 0 up to 1. */
  random(): number;
}

const REQUIRE_LEADER: Headers = Object.freeze({ hasleader: "true" });
const AUTHENTICATE = methods.auth.authenticate.path;
const CONNECT = { method: { name: "connect", path: "" }, action: "connect" };
const NONE: TracedOptions = Object.freeze({});

// A refused token is renewed, but not for ever.
const MOST_RENEWALS = 5;

// A server that is told the deadline may end the call a little before us.
const DEADLINE_SLACK_MS = 5;

/** Pick, run, judge, report, again: the one loop that all unary calls take. */
export class RetryingCaller implements TraceableCaller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    action: string,
    options: TracedOptions = NONE,
  ): Promise<Response> {
    const effect = () => method.effect(request);
    const call = this.#begin(method, effect, action, options);
    const bytes = options.encode ?? method.encode(request);
    const needs = method.needs?.(request);
    const leader = options.requireLeader === true;
    const tokens = method.path === AUTHENTICATE
      ? undefined
      : this.#options.tokens;
    for (;;) {
      if (tokens?.known === false) await this.#authenticate(call, tokens);
      const picked = await this.#pick(call);
      call.signal?.throwIfAborted();
      // Others ran while this was awaited, and may have lost or left it.
      if (!picked.transport.ready || tokens?.known === false) continue;
      const token = tokens?.token;
      const headers = tokens?.headers(leader) ??
        (leader ? REQUIRE_LEADER : undefined);
      if (needs !== undefined) {
        await requireVersion(picked, { ...call, needs, headers });
        call.signal?.throwIfAborted();
        if (!picked.transport.ready) continue;
      }
      const reply = await this.#attempt(call, picked, bytes, headers, tokens);
      if (reply === "token refused") tokens?.refused(token);
      else if (reply !== undefined) {
        const { endpoint } = picked.connection;
        const { guard } = this.#options;
        return decodeReply(method, reply, { call, endpoint, guard });
      }
    }
  }

  /** Waits until a connection can be picked, and makes no call. */
  async ready(options: TracedOptions): Promise<void> {
    const { method, action } = CONNECT;
    await this.#pick(this.#begin(method, () => "read", action, options));
  }

  #begin(
    method: CallState["method"],
    effect: CallState["effect"],
    action: string,
    { signal, timeoutMs: own, trace }: TracedOptions,
  ): CallState {
    const timeoutMs = own === undefined
      ? this.#options.timeoutMs
      : checkTimeoutMs("timeoutMs", own);
    signal?.throwIfAborted();
    return {
      method,
      action,
      effect,
      timeoutMs,
      deadlineAt: performance.now() + timeoutMs,
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
    try {
      await within(call, () => tokens.fetch(), () => {
        const { waitingFor } = tokens;
        if (waitingFor === undefined) return this.#late(call);
        tokens.giveUpWaiting();
        return notProvidedError(call, waitingFor);
      });
    } catch (error) {
      call.signal?.throwIfAborted();
      throw this.#options.pool.closed
        ? closedError(call)
        : keptError(call, error);
    }
  }

  async #pick(call: CallState): Promise<Picked> {
    const { pool } = this.#options;
    const info: PickInfo = {
      kind: "unary",
      method: call.method.name,
      attempt: call.made + 1,
      tried: call.tried,
    };
    const now = pool.pick(info);
    const picked: Waited = now.action !== "wait" ? now : await pool.wait(info, {
      timeoutMs: call.deadlineAt - performance.now(),
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
        throw closedError(call);
      case "timeout":
        throw this.#late(call);
    }
  }

  #late(call: CallState): Error {
    return outOfTimeError(call, this.#options.pool.snapshot());
  }

  /** Runs one attempt; nothing is returned if the call is to be repeated. */
  async #attempt(
    call: CallState,
    picked: Picked,
    bytes: RequestBytes,
    headers: Headers | undefined,
    tokens: TokenKeeper | undefined,
  ): Promise<Uint8Array | "token refused" | undefined> {
    const { pool } = this.#options;
    const { connection, epoch, transport } = picked;
    const startedAt = performance.now();
    const result = await runUnary(call, picked, bytes, {
      timeoutMs: Math.max(call.deadlineAt - startedAt, 0),
      headers,
    });
    const endedAt = performance.now();
    const durationMs = endedAt - startedAt;
    const outcome = { connection, epoch, kind: "unary", durationMs } as const;
    if (result instanceof Uint8Array) {
      call.trace?.answered(connection.endpoint);
      pool.report({ ...outcome, blame: "none" });
      return result;
    }
    const { sent = true } = result;
    if (pool.closed) {
      call.maybeCommitted ||= sent && isInDoubt(call.effect());
      throw closedError(call);
    }
    const verdict = judge({
      ...result,
      sent,
      disconnected: !transport.ready,
      ownDeadline: result.grpcCode === GRPC_CODE.deadlineExceeded &&
        endedAt >= call.deadlineAt - DEADLINE_SLACK_MS,
    }, {
      action: call.action,
      method: call.method.name,
      since: call.method.since,
      endpoint: connection.endpoint,
      effect: call.effect(),
      attempt: call.made + 1,
      earlier: call.attempts,
      maybeCommitted: call.maybeCommitted,
      durationMs,
      timeoutMs: call.timeoutMs,
      policy: this.#options.policy,
      endpoints: pool.size,
      canReauthenticate: tokens?.renewable === true &&
        call.refusedTokens < MOST_RENEWALS,
      random: this.#options.random,
    });
    pool.report({ ...outcome, blame: verdict.blame });
    if (verdict.action === "fail") throw verdict.error;
    remember(call, verdict.attempt, connection);
    call.maybeCommitted = verdict.maybeCommitted;
    if (verdict.action === "reauthenticate") {
      call.refusedTokens++;
      return "token refused";
    }
    if (verdict.delayMs > 0) {
      await pauseWithin(call, verdict.delayMs, () => this.#late(call));
    }
    return undefined;
  }
}
