import type {
  ConnectionPool,
  FollowedCall,
  Picked,
} from "../../balancers/pool/mod.ts";
import {
  type CallStatus,
  type Clock,
  type Headers,
  onAbort,
  type RequestBytes,
  type RunningCall,
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
  readonly left?: boolean;
}

/** An attempt that has ended, with its reply or the status of its failure. */
export interface EndedAttempt extends Ended {
  readonly answer: UnaryAnswer;
}

/** The parts that all turns of a client share. */
export interface TurnParts {
  readonly pool: ConnectionPool;
  readonly clock: Pick<Clock, "now">;
  /** Is told of an attempt that has failed while the other one goes on. */
  readonly onBeside: (
    call: CallState,
    attempt: Ended & { readonly answer: CallStatus },
  ) => void;
}

/** The options of a turn. */
export interface TurnOptions {
  readonly headers: Headers | undefined;
  /** Whether a late one may be sent to another member, whatever its version. */
  readonly mayHedge: boolean;
}

/** The end of a call that the strategy moves. */
const LEFT: CallStatus = {
  grpcCode: GRPC_CODE.unavailable,
  details: "the balancer has left the member",
  reach: "unanswered",
};

/**
 * Runs one attempt; or two, at two members, if the strategy says so when the
 * first one is late. The first reply counts, and ends the other; a failure only
 * if nothing else runs.
 */
export function runFollowed(
  call: CallState,
  picked: Picked,
  { parts, options }: {
    readonly parts: TurnParts;
    readonly options: TurnOptions;
  },
): Promise<EndedAttempt> {
  const turn = new Turn(call, { parts, options });
  turn.begin(picked);
  return turn.result.promise;
}

/** A turn that the strategy may send a second time, or move. */
class Turn {
  readonly call: CallState;
  readonly parts: TurnParts;
  readonly options: TurnOptions;
  readonly request: RequestBytes;
  readonly result: PromiseWithResolvers<EndedAttempt> = Promise.withResolvers();
  /** The attempts that run. */
  #first: FollowedAttempt | undefined;
  #second: FollowedAttempt | undefined;
  #settled = false;
  #unlink: (() => void) | undefined;

  constructor(
    call: CallState,
    { parts, options }: Pick<Turn, "options" | "parts">,
  ) {
    this.call = call;
    this.parts = parts;
    this.options = options;
    this.request = madeOnce(call.request);
  }

  /** Whether it changes nothing: then it may run twice at once. */
  get reads(): boolean {
    return this.call.effect() === "read";
  }

  begin(picked: Picked): void {
    const { signal } = this.call;
    this.#unlink = signal && onAbort(signal, (reason) => {
      this.#stop();
      this.result.reject(reason);
    });
    if (this.#settled) return;
    const { lateMs = Infinity } = picked;
    this.#first = new FollowedAttempt(this, picked);
    this.#first.start(lateMs);
  }

  /** Whether this attempt is the one that may run a second time. */
  mayHedge(attempt: FollowedAttempt): boolean {
    return attempt === this.#first && this.options.mayHedge && this.reads;
  }

  hedge({ connection: slow }: FollowedAttempt): void {
    if (this.#settled) return;
    const { pool } = this.parts;
    const { method, made, tried, trace } = this.call;
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
    this.#second = new FollowedAttempt(this, next);
    this.#second.start(Infinity);
  }

  /** One of them has ended; nothing if that is not its end. */
  ended(attempt: FollowedAttempt, end: EndedAttempt): void {
    if (attempt === this.#first) this.#first = undefined;
    else if (attempt === this.#second) this.#second = undefined;
    else return;
    this.parts.pool.followed.remove(attempt);
    if (this.#settled) return;
    const { answer } = end;
    const alone = this.#first === undefined && this.#second === undefined;
    if (!alone && !(answer instanceof Uint8Array)) {
      return this.parts.onBeside(this.call, { ...end, answer });
    }
    this.#stop();
    this.result.resolve(end);
  }

  #stop(): void {
    this.#settled = true;
    this.#unlink?.();
    this.#first?.cancel();
    this.#second?.cancel();
    this.#first = this.#second = undefined;
  }
}

/**
 * One attempt of a turn. There is one for each call that runs: it has methods
 * where others would make functions.
 */
class FollowedAttempt implements FollowedCall {
  place = 0;
  lateAtMs = Infinity;
  readonly #turn: Turn;
  readonly #picked: Picked;
  readonly #startedAt: number;
  #running: RunningCall | undefined;

  constructor(turn: Turn, picked: Picked) {
    this.#turn = turn;
    this.#picked = picked;
    this.#startedAt = turn.parts.clock.now();
  }

  get connection(): Picked["connection"] {
    return this.#picked.connection;
  }

  get epoch(): number {
    return this.#picked.epoch;
  }

  get method(): string {
    return this.#turn.call.method.name;
  }

  start(lateMs: number): void {
    const { request, parts, options, call } = this.#turn;
    const { method, deadlineAt } = call;
    this.lateAtMs = this.#startedAt + lateMs;
    parts.pool.followed.add(this);
    this.#running = this.#picked.transport.unary(method.path, request, {
      timeoutMs: Math.max(deadlineAt - this.#startedAt, 0),
      headers: options.headers,
      onEnd: (answer) => this.#end(answer),
    });
  }

  repeatable(): boolean {
    return this.#turn.mayHedge(this);
  }

  again(): void {
    this.#turn.hedge(this);
  }

  leave(): void {
    if (!this.#turn.reads) return;
    this.#end(LEFT);
    this.#running?.cancel();
  }

  cancel(): void {
    this.#turn.parts.pool.followed.remove(this);
    this.#running?.cancel();
  }

  #end(answer: UnaryAnswer): void {
    this.#turn.ended(this, {
      picked: this.#picked,
      answer,
      startedAt: this.#startedAt,
      endedAt: this.#turn.parts.clock.now(),
      left: answer === LEFT,
    });
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
