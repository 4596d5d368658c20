import type { Picked, Waited } from "../balancers/_pick_queue.ts";
import type { ConnectionPool } from "../balancers/_pool.ts";
import type { CallStatus, Headers } from "../balancers/_transport.ts";
import type { PickInfo } from "../balancers/strategy.ts";
import { GRPC_CODE } from "../errors/codes.ts";
import { judge } from "../errors/handler.ts";
import type { RetryPolicy } from "../errors/retry_policy.ts";
import type { Method } from "../proto/method.ts";
import { closedError, outOfTimeError, protocolError } from "./_call_errors.ts";
import { type CallState, remember } from "./_call_state.ts";
import type { CallOptions } from "./call_options.ts";
import type { Caller } from "./caller.ts";
import { checkTimeoutMs } from "./_checks.ts";

/** What the retry loop is made of. */
export interface CallerOptions {
  /** Where connections come from. */
  readonly pool: ConnectionPool;
  /** The strategy's policy. */
  readonly policy: RetryPolicy;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** A number from 0 up to 1. */
  random(): number;
}

const REQUIRE_LEADER: Headers = Object.freeze({ hasleader: "true" });
const CONNECT = { method: { name: "connect", path: "" }, action: "connect" };
const NONE: CallOptions = Object.freeze({});

// A server that is told the deadline may end the call a little before us.
const DEADLINE_SLACK_MS = 5;

/** Pick, run, judge, report, again: the one loop that all unary calls take. */
export class RetryingCaller implements Caller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    action: string,
    options: CallOptions = NONE,
  ): Promise<Response> {
    const effect = () => method.effect(request);
    const call = this.#begin(method, effect, action, options);
    const bytes = method.encode(request);
    const headers = options.requireLeader ? REQUIRE_LEADER : undefined;
    for (;;) {
      const picked = await this.#pick(call);
      call.signal?.throwIfAborted();
      // Others ran while this was awaited, and may have lost or left it.
      if (!picked.transport.ready) continue;
      const reply = await this.#attempt(call, picked, bytes, headers);
      if (reply !== undefined) {
        return decode(method, call, picked.connection, reply);
      }
    }
  }

  /** Waits until a connection can be picked, and makes no call. */
  async ready(options: CallOptions): Promise<void> {
    const { method, action } = CONNECT;
    await this.#pick(this.#begin(method, () => "read", action, options));
  }

  #begin(
    method: CallState["method"],
    effect: CallState["effect"],
    action: string,
    { signal, timeoutMs: own }: CallOptions,
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
      made: 0,
      attempts: [],
      tried: [],
      maybeCommitted: false,
    };
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
        throw picked.error;
      case "aborted":
        throw call.signal?.reason;
      case "closed":
        throw closedError(call);
      case "timeout":
        throw outOfTimeError(call, pool.snapshot());
    }
  }

  /** Runs one attempt; nothing is returned if the call is to be repeated. */
  async #attempt(
    call: CallState,
    picked: Picked,
    bytes: Uint8Array,
    headers: Headers | undefined,
  ): Promise<Uint8Array | undefined> {
    const { pool } = this.#options;
    const { connection, epoch, transport } = picked;
    const startedAt = performance.now();
    const result = await run(call, picked, bytes, {
      timeoutMs: Math.max(call.deadlineAt - startedAt, 0),
      headers,
    });
    const endedAt = performance.now();
    const durationMs = endedAt - startedAt;
    const outcome = { connection, epoch, kind: "unary", durationMs } as const;
    if (result instanceof Uint8Array) {
      pool.report({ ...outcome, blame: "none" });
      return result;
    }
    if (pool.closed) {
      call.maybeCommitted ||= call.effect() !== "read";
      throw closedError(call);
    }
    const verdict = judge({
      ...result,
      sent: true,
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
      canReauthenticate: false,
      random: this.#options.random,
    });
    pool.report({ ...outcome, blame: verdict.blame });
    if (verdict.action === "fail") throw verdict.error;
    remember(call, verdict.attempt, connection);
    call.maybeCommitted = verdict.maybeCommitted;
    if (verdict.action === "retry" && verdict.delayMs > 0) {
      await this.#pause(call, verdict.delayMs);
    }
    return undefined;
  }

  /** Waits before a repetition, for no longer than the call has time. */
  #pause(call: CallState, delayMs: number): Promise<void> {
    const { pool } = this.#options;
    const { signal } = call;
    const leftMs = call.deadlineAt - performance.now();
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const onAbort = () => {
        end();
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        end();
        if (leftMs > delayMs) resolve();
        else reject(outOfTimeError(call, pool.snapshot()));
      }, Math.max(Math.min(delayMs, leftMs), 0));
      signal?.addEventListener("abort", onAbort);
    });
  }
}

function run(
  { method, signal }: CallState,
  { transport }: Picked,
  bytes: Uint8Array,
  settings: { timeoutMs: number; headers: Headers | undefined },
): Promise<Uint8Array | CallStatus> {
  return new Promise((resolve, reject) => {
    if (signal === undefined) {
      transport.unary(method.path, bytes, settings, (reply, status) => {
        resolve((reply ?? status) as Uint8Array | CallStatus);
      });
      return;
    }
    const onAbort = () => {
      reject(signal.reason);
      running.cancel();
    };
    const running = transport.unary(
      method.path,
      bytes,
      settings,
      (reply, status) => {
        signal.removeEventListener("abort", onAbort);
        resolve((reply ?? status) as Uint8Array | CallStatus);
      },
    );
    signal.addEventListener("abort", onAbort);
  });
}

function decode<Response>(
  method: Method<never, Response>,
  call: CallState,
  { endpoint }: { readonly endpoint: string },
  reply: Uint8Array,
): Response {
  try {
    return method.decode(reply);
  } catch (cause) {
    throw protocolError(call, endpoint, cause);
  }
}
