import type { PoolView } from "../strategy.ts";
import type { Member } from "./_member.ts";
import type { Members } from "./_members.ts";

type State =
  | { readonly name: "unknown" }
  // With what cancels each question.
  | { readonly name: "asking"; readonly open: Map<Member, () => void> }
  // None of those that were asked leads.
  | { readonly name: "pausing"; readonly cancel: () => void }
  | {
    readonly name: "known";
    readonly member: Member;
    readonly atMs: number;
    /** Cancels the question whether it still leads. */
    readonly cancel: () => void;
  };

const UNKNOWN: State = { name: "unknown" };
const ANSWER_MS = 500;
const PAUSE_MS = { least: 250, most: 4_000 };
// It may have handed over without a word.
const FRESH_MS = 10_000;

/** Knows which member leads, while there are writes that ask for it. */
export class Leader {
  readonly #pool: PoolView;
  readonly #members: Members;
  #state: State = UNKNOWN;
  #pauseMs = PAUSE_MS.least;
  /** Whether a write has asked since members were asked. */
  #wanted = false;

  constructor(pool: PoolView, members: Members) {
    this.#pool = pool;
    this.#members = members;
  }

  /** The leader, for a write: if it is not known members are asked. */
  forWrite(now: number): Member | undefined {
    this.#wanted = true;
    if (this.#state.name === "unknown") this.#seek();
    if (this.#state.name !== "known") return undefined;
    const { member, atMs } = this.#state;
    if (now - atMs > FRESH_MS && member.usable) this.#verify(member);
    return member;
  }

  /** A member is trusted, and may lead. */
  trusted(member: Member): void {
    const state = this.#state;
    if (state.name === "pausing") {
      state.cancel();
      this.#seek();
    } else if (state.name === "asking") this.#ask(state.open, member);
  }

  /** A member is not trusted any more. */
  lost(member: Member): void {
    const state = this.#state;
    if (state.name === "known" && state.member === member) this.forget();
  }

  /** The cluster is between leaders. */
  forget(): void {
    if (this.#state.name !== "known") return;
    this.#state.cancel();
    this.#state = UNKNOWN;
  }

  #seek(): void {
    const open = new Map<Member, () => void>();
    this.#state = { name: "asking", open };
    this.#wanted = false;
    for (const member of this.#members.all) {
      if (member.judged && member.usable) this.#ask(open, member);
    }
    if (open.size === 0) this.#state = UNKNOWN;
  }

  #ask(open: Map<Member, () => void>, member: Member): void {
    open.get(member)?.();
    const inquiry = { question: "leader", timeoutMs: ANSWER_MS } as const;
    const cancel = this.#pool.ask(member.connection, inquiry, (answer) => {
      if (answer === "yes" && member.judged) this.#found(open, member);
      else this.#answered(open, member);
    });
    open.set(member, cancel);
  }

  #found(open: Map<Member, () => void>, member: Member): void {
    for (const cancel of open.values()) cancel();
    this.#pauseMs = PAUSE_MS.least;
    const atMs = this.#pool.now();
    this.#state = { name: "known", member, atMs, cancel: () => {} };
  }

  /** One does not lead, or is not to be asked any more. */
  #answered(open: Map<Member, () => void>, member: Member): void {
    open.get(member)?.();
    if (open.delete(member) && open.size === 0) this.#pause();
  }

  #pause(): void {
    const ms = this.#pauseMs;
    this.#pauseMs = Math.min(2 * ms, PAUSE_MS.most);
    const cancel = this.#pool.schedule(ms, () => {
      // With no write meanwhile, the next one asks.
      if (this.#wanted) this.#seek();
      else this.#state = UNKNOWN;
    });
    this.#state = { name: "pausing", cancel };
  }

  #verify(member: Member): void {
    const inquiry = { question: "leader", timeoutMs: ANSWER_MS } as const;
    const cancel = this.#pool.ask(member.connection, inquiry, (answer) => {
      if (answer === "no") this.forget();
    });
    this.#state = { name: "known", member, atMs: this.#pool.now(), cancel };
  }
}
