import type { Answer } from "../evidence.ts";
import type { PoolView } from "../strategy.ts";
import type { Member } from "./_member.ts";
import { wait } from "./_patience.ts";

// As for other questions: those that wait for a new leader may still answer.
const ANSWER_MS = 2_000;
// A member that refuses may do so for the moment of an election only.
const REFUSED_MS = { first: 50, multiplier: 1.5 };
// Less than this before its time a timer counts as being in time.
const SLACK_MS = 0.5;

/** The end of a {@linkcode Census}. */
export type CensusEnd =
  /** Some have answered, and those named have not. */
  | { readonly kind: "judged"; readonly silent: readonly Member[] }
  /** Nobody has answered: nobody is to blame. */
  | { readonly kind: "inconclusive" };

/** The rules of a {@linkcode Census}, and whom it tells. */
export interface CensusSettings {
  /** The time after which it is told that nobody has answered. */
  readonly silenceMs: number;
  /** The time after which it ends if nobody has answered. */
  readonly patienceMs: number;
  /** The time others have to answer if the slowest has taken so long. */
  readonly limitMs: (slowestMs: number) => number;
  /** A member serves. */
  readonly onProven: (member: Member, tookMs: number) => void;
  /** A member does not answer such questions. */
  readonly onUnknown: (member: Member) => void;
  /** Nobody has answered so far. */
  readonly onSilence: () => void;
  /** The census is over. */
  readonly onEnd: (end: CensusEnd) => void;
}

/** All are asked the same at once: who is silent alone is at fault. */
export class Census {
  readonly #pool: PoolView;
  readonly #settings: CensusSettings;
  readonly #begunAtMs: number;
  /** Cancels the question to each one that has not answered. */
  readonly #open = new Map<Member, () => void>();
  /** Moved by the time for which the event loop stood still. */
  #startedAtMs: number;
  #slowestMs: number | undefined;
  #silenceTold = false;
  #stopWaiting: () => void = () => {};

  /** Asks the members. */
  constructor(
    pool: PoolView,
    settings: CensusSettings & { readonly members: readonly Member[] },
  ) {
    this.#pool = pool;
    this.#settings = settings;
    this.#begunAtMs = this.#startedAtMs = pool.now();
    for (const member of settings.members) this.#ask(member, 0);
    this.#count();
  }

  /** Whether a member has not answered yet. */
  includes(member: Member): boolean {
    return this.#open.has(member);
  }

  /** No verdict is to be given on a member: its transport is gone. */
  drop(member: Member): void {
    if (!this.#open.has(member)) return;
    this.#remove(member);
    this.#count();
  }

  #ask(member: Member, refusals: number): void {
    const inquiry = { question: "quorum", timeoutMs: ANSWER_MS } as const;
    const cancel = this.#pool.ask(
      member.connection,
      inquiry,
      (answer) => this.#answered(member, { answer, refusals }),
    );
    this.#open.set(member, cancel);
  }

  #answered(
    member: Member,
    { answer, refusals }: {
      readonly answer: Answer;
      readonly refusals: number;
    },
  ): void {
    const tookMs = this.#pool.now() - this.#startedAtMs;
    switch (answer) {
      case "yes":
        this.#open.delete(member);
        this.#slowestMs = Math.max(this.#slowestMs ?? 0, tookMs);
        this.#settings.onProven(member, tookMs);
        break;
      case "unknown":
        this.#open.delete(member);
        this.#settings.onUnknown(member);
        break;
      case "no evidence":
        this.#open.delete(member);
        break;
      case "no":
        this.#askAgain(member, refusals);
    }
    this.#count();
  }

  #askAgain(member: Member, refusals: number): void {
    const { first, multiplier } = REFUSED_MS;
    const cancel = this.#pool.schedule(
      first * multiplier ** refusals,
      () => this.#ask(member, refusals + 1),
    );
    this.#open.set(member, cancel);
  }

  /** Judges if that can be done by now, and waits if not. */
  #count(): void {
    const { silenceMs, patienceMs, limitMs, onSilence } = this.#settings;
    const tookMs = this.#pool.now() - this.#startedAtMs + SLACK_MS;
    const slowestMs = this.#slowestMs;
    if (this.#open.size === 0) return this.#end();
    if (slowestMs !== undefined) {
      const open = [...this.#open.keys()];
      // The others are asked by their probation too.
      if (!open.some(({ judged }) => judged)) return this.#end();
      if (tookMs >= limitMs(slowestMs)) return this.#end();
      return this.#waitUntil(limitMs(slowestMs));
    }
    if (tookMs >= silenceMs && !this.#silenceTold) {
      this.#silenceTold = true;
      const open = [...this.#open.keys()];
      // The answer of a call is as good as that to a question.
      if (!open.some((member) => this.#hasProven(member))) onSilence();
    }
    if (tookMs >= patienceMs) return this.#end();
    this.#waitUntil(this.#silenceTold ? patienceMs : silenceMs);
  }

  #waitUntil(tookMs: number): void {
    this.#stopWaiting();
    const leftMs = this.#startedAtMs + tookMs - this.#pool.now();
    this.#stopWaiting = wait(this.#pool, {
      ms: Math.max(leftMs, 0),
      onOver: (heldUpMs) => {
        // Nobody could have answered in that time.
        this.#startedAtMs += heldUpMs;
        this.#count();
      },
    });
  }

  #end(): void {
    this.#stopWaiting();
    const silent = [...this.#open.keys()].filter((member) =>
      // A late answer clears nobody of being slow.
      member.judged && member.promptAtMs <= this.#begunAtMs
    );
    for (const member of [...this.#open.keys()]) this.#remove(member);
    this.#settings.onEnd(
      this.#slowestMs === undefined
        ? { kind: "inconclusive" }
        : { kind: "judged", silent },
    );
  }

  /** Whether a member has shown since that it serves. */
  #hasProven({ provenAtMs }: Member): boolean {
    return provenAtMs > this.#begunAtMs;
  }

  #remove(member: Member): void {
    this.#open.get(member)?.();
    this.#open.delete(member);
  }
}
