import type { Answer } from "../evidence.ts";
import type { PoolView } from "../strategy.ts";
import type { Member } from "./_member.ts";
import { askForQuorum } from "./_question.ts";

/** The findings about a member that questions lead to. */
export interface Findings {
  /** A member serves. */
  readonly onProven: (member: Member, tookMs: number) => void;
  /** A member has not answered in time, or that it does not serve. */
  readonly onSilent: (member: Member) => void;
  /** A member does not answer such questions, whatever its health. */
  readonly onUnknown: (member: Member) => void;
}

/** Asks members that were seen to serve, once each time. */
export class Inquiries {
  readonly #pool: PoolView;
  readonly #overdueMs: () => number;
  readonly #findings: Findings;

  /** Takes the time after which an answer is overdue, as it is by then. */
  constructor(
    pool: PoolView,
    settings: Findings & { readonly overdueMs: () => number },
  ) {
    this.#pool = pool;
    this.#overdueMs = settings.overdueMs;
    this.#findings = settings;
  }

  /** Asks one, unless it is being asked. */
  ask(member: Member): void {
    if (member.pending || !member.judged || !member.usable) return;
    member.await(askForQuorum(this.#pool, member.connection, {
      overdueMs: this.#overdueMs(),
      onOverdue: () => {
        member.settle();
        this.#findings.onSilent(member);
      },
      onAnswer: (answer, tookMs) => {
        member.settle();
        this.#answered(member, { answer, tookMs });
      },
    }));
  }

  #answered(
    member: Member,
    { answer, tookMs }: { readonly answer: Answer; readonly tookMs: number },
  ): void {
    switch (answer) {
      case "yes":
        return this.#findings.onProven(member, tookMs);
      case "no":
        return this.#findings.onSilent(member);
      case "unknown":
        return this.#findings.onUnknown(member);
      case "no evidence":
        // Whoever wanted to know asks again.
    }
  }
}
