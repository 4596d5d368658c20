import type { ConnectionPool, Picked } from "../../balancers/pool/mod.ts";
import {
  type CallStatus,
  type Clock,
  type Headers,
  onAbort,
  type RequestBytes,
  type UnaryAnswer,
} from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import type { CallState } from "./_state.ts";

/** The run of an attempt that has ended. */
export interface Ended {
  /** The connection it ran on. */
  readonly picked: Picked;
  /** When it began and ended, on the client's clock. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Whether the strategy has made it leave, which says nothing of its own. */
  readonly left?: true;
}

/** An attempt that has ended, with its reply or the status of its failure. */
export interface EndedAttempt extends Ended {
  readonly answer: UnaryAnswer;
}

/** The attempts of one turn: those that failed first, and the one that counts. */
export interface Turn {
  readonly failed: readonly (Ended & { readonly status: CallStatus })[];
  readonly last: EndedAttempt;
}

/** The parts of a turn, beside its call and its first connection. */
export interface TurnParts {
  readonly pool: ConnectionPool;
  readonly clock: Pick<Clock, "now">;
  readonly headers: Headers | undefined;
  /** Whether a late one may be sent to another member, whatever its version. */
  readonly mayHedge: boolean;
}

/** The end of a call that the strategy moves. */
const LEFT: Pick<EndedAttempt, "answer" | "left"> = {
  answer: {
    grpcCode: GRPC_CODE.unavailable,
    details: "the balancer has left the member",
    reach: "unanswered",
  },
  left: true,
};

/**
 * Runs one attempt; or two, at two members, if the strategy says so when the
 * first one is late. The first reply counts, and ends the other; a failure only
 * if nothing else runs.
 */
export function runFollowed(
  call: CallState,
  picked: Picked,
  parts: TurnParts,
): Promise<Turn> {
  return new FollowedTurn(call, picked, parts).result;
}

/** A turn that the strategy may send a second time, or move. */
class FollowedTurn {
  readonly result: Promise<Turn>;
  readonly #call: CallState;
  readonly #parts: TurnParts;
  readonly #request: RequestBytes;
  readonly #cancels = new Set<() => void>();
  readonly #failed: Turn["failed"][number][] = [];
  #resolve!: (turn: Turn) => void;
  #settled = false;
  #unlink = () => {};

  constructor(call: CallState, first: Picked, parts: TurnParts) {
    this.#call = call;
    this.#parts = parts;
    this.#request = madeOnce(call.request);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      const { signal } = call;
      if (signal === undefined) return;
      this.#unlink = onAbort(signal, (reason) => {
        this.#stop();
        reject(reason);
      });
    });
    if (!this.#settled) this.#start(first, "first");
  }

  #start(picked: Picked, which: "first" | "second"): void {
    const { pool, clock, headers, mayHedge } = this.#parts;
    const { connection, epoch, lateMs = Infinity } = picked;
    const { method, deadlineAt } = this.#call;
    const startedAt = clock.now();
    const end = (how: Pick<EndedAttempt, "answer" | "left">) => {
      unfollow();
      this.#cancels.delete(cancel);
      this.#end({ picked, startedAt, endedAt: clock.now(), ...how });
    };
    const running = picked.transport.unary(method.path, this.#request, {
      timeoutMs: Math.max(deadlineAt - startedAt, 0),
      headers,
      onEnd: (answer) => {
        if (this.#cancels.has(cancel)) end({ answer });
      },
    });
    const unfollow = pool.followed.add({
      connection,
      epoch,
      method: method.name,
      lateAtMs: which === "first" ? startedAt + lateMs : Infinity,
      repeatable: () => mayHedge && this.#reads,
      ...which === "first" && { again: () => this.#hedge(picked) },
      leave: () => {
        if (!this.#reads) return;
        running.cancel();
        end(LEFT);
      },
    });
    const cancel = () => {
      unfollow();
      running.cancel();
    };
    this.#cancels.add(cancel);
  }

  /** Whether it changes nothing: then it may run twice at once. */
  get #reads(): boolean {
    return this.#call.effect() === "read";
  }

  #hedge({ connection: slow }: Picked): void {
    if (this.#settled) return;
    const { pool } = this.#parts;
    const { method, made, tried, trace } = this.#call;
    const next = pool.pick({
      kind: "unary",
      method: method.name,
      attempt: made + 2,
      tried: [...tried, slow],
    });
    if (next.action !== "use" || next.connection === slow) return;
    if (!next.transport.ready) return;
    trace?.hedged(next.connection.endpoint);
    pool.events?.hedged(slow.endpoint, next.connection.endpoint);
    this.#start(next, "second");
  }

  #end(attempt: EndedAttempt): void {
    if (this.#settled) return;
    const { answer: status, ...ended } = attempt;
    if (!(status instanceof Uint8Array) && this.#cancels.size > 0) {
      this.#failed.push({ ...ended, status });
      return;
    }
    this.#stop();
    this.#resolve({ failed: this.#failed, last: attempt });
  }

  #stop(): void {
    this.#settled = true;
    this.#unlink();
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

/**
 * The request, made when it is first sent: a batch that is made anew holds
 * other calls, and the first answer must fit whichever was sent.
 */
function madeOnce(request: RequestBytes): RequestBytes {
  if (request instanceof Uint8Array) return request;
  let made: Uint8Array | undefined;
  return () => made ??= request();
}
