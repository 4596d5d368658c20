import type { ConnectionPool, Picked } from "../../balancers/pool/mod.ts";
import type { CallStatus, Clock } from "../../balancers/transport/mod.ts";
import type { CallOutcome } from "../../balancers/evidence.ts";
import { isInDoubt } from "../../errors/doubt.ts";
import type { Verdict } from "../../errors/judge.ts";
import type { RetryPolicy } from "../../errors/retry_policy.ts";
import { callClosedError } from "./_errors.ts";
import {
  type Ended,
  type EndedAttempt,
  runFollowed,
  type TurnOptions,
  type TurnParts,
} from "./_followed_run.ts";
import { isOwnDeadline, judgeAttempt } from "./_judge_attempt.ts";
import { runUnary } from "./_run_unary.ts";
import { type CallState, remember, rememberBeside } from "./_state.ts";

/** The end of an attempt that did not end the call with an error. */
export type AttemptEnd =
  | {
    readonly kind: "replied";
    readonly reply: Uint8Array;
    /** The endpoint that the reply is from. */
    readonly endpoint: string;
  }
  | { readonly kind: "token refused" }
  | { readonly kind: "repeat"; readonly delayMs: number };

/** The parts of the client that an attempt uses. */
export interface AttemptParts {
  /** Gives the connections. */
  readonly pool: ConnectionPool;
  /** The strategy's policy. */
  readonly policy: RetryPolicy;
  /** Times the calls, and varies the waits. */
  readonly clock: Pick<Clock, "now" | "random">;
}

const TOKEN_REFUSED: AttemptEnd = { kind: "token refused" };

/** Makes the attempts of calls. */
export class Attempts {
  readonly #parts: AttemptParts;
  readonly #turns: TurnParts;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
    this.#turns = {
      ...parts,
      onBeside: (call, ended) => {
        const { attempt } = this.#judge(call, ended, ended.answer);
        rememberBeside(call, attempt, ended.picked);
      },
    };
  }

  /** Runs an attempt; two, if the strategy sends it once more. */
  run(
    call: CallState,
    picked: Picked,
    options: TurnOptions,
  ): Promise<EndedAttempt> {
    const { pool, clock } = this.#parts;
    return pool.wants.late
      ? runFollowed(call, picked, { parts: this.#turns, options })
      : runUnary(call, picked, { headers: options.headers, clock });
  }

  /** Tells how a call goes on after an attempt; throws if it does not. */
  judge(call: CallState, ended: EndedAttempt): AttemptEnd {
    const { pool } = this.#parts;
    const { answer, picked: { connection } } = ended;
    if (answer instanceof Uint8Array) {
      const { endpoint } = connection;
      call.trace?.answered(endpoint);
      this.#report(call, ended, { blame: "none", timedOut: false });
      return { kind: "replied", reply: answer, endpoint };
    }
    if (pool.closed) {
      call.maybeCommitted ||= answer.reach !== "unsent" &&
        isInDoubt(call.effect());
      throw callClosedError(call);
    }
    const verdict = this.#judge(call, ended, answer);
    if (verdict.action === "fail") throw verdict.error;
    remember(call, verdict, connection);
    return verdict.action === "retry"
      ? { kind: "repeat", delayMs: verdict.delayMs }
      : TOKEN_REFUSED;
  }

  /** Judges an attempt that failed, and tells the strategy. */
  #judge(call: CallState, ended: Ended, status: CallStatus): Verdict {
    const { picked, startedAt, endedAt, left } = ended;
    const { pool, policy, clock } = this.#parts;
    const verdict = judgeAttempt(call, {
      ...picked,
      status,
      endedAt,
      durationMs: endedAt - startedAt,
    }, { policy, clock, endpoints: pool.size });
    if (left !== true) {
      call.tokens?.trials.failed(picked.transport, status);
      const timedOut = isOwnDeadline(call, { status, endedAt });
      this.#report(call, ended, { blame: verdict.blame, timedOut });
    }
    return verdict;
  }

  /** Tells the strategy how an attempt ended. */
  #report(
    call: CallState,
    { picked, startedAt, endedAt }: Ended,
    { blame, timedOut }: Pick<CallOutcome, "blame" | "timedOut">,
  ): void {
    const { pool } = this.#parts;
    if (!pool.wants.outcomes) return;
    const { connection, epoch } = picked;
    pool.report({
      connection,
      epoch,
      kind: "unary",
      method: call.method.name,
      blame,
      provesQuorum: blame === "none" && call.provesQuorum(),
      timedOut,
      durationMs: endedAt - startedAt,
      endedAtMs: endedAt,
    });
  }
}
