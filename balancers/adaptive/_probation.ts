import type { Answer } from "../evidence.ts";
import type { PoolView } from "../strategy.ts";
import type { Activity } from "./_activity.ts";
import type { Findings } from "./_inquiries.ts";
import type { Member } from "./_member.ts";
import { askForQuorum } from "./_question.ts";

// Soon, as it may be back; ever less often, as it may be gone for good.
const RETURN_MS = { least: 250, most: 5_000, multiplier: 1.6, jitter: 0.2 };
// One that is silent again so soon after its return goes on where it was.
const RELAPSE_MS = 10_000;

/** The wiring of {@linkcode Probation}. */
export interface ProbationSettings extends Findings {
  /** Time and randomness. */
  readonly pool: PoolView;
  /** Whether the client is in use: at rest nobody is asked again. */
  readonly activity: Activity;
  /** The time in which an answer is in time, as it is by then. */
  readonly limitMs: () => number;
}

/** Asks members that are not trusted, until they prove themselves. */
export class Probation {
  readonly #settings: ProbationSettings;
  readonly #dormant = new Set<Member>();

  constructor(settings: ProbationSettings) {
    this.#settings = settings;
  }

  /** Asks one whose transport is new, at once. */
  begin(member: Member): void {
    member.failures = 0;
    this.#ask(member, "first");
  }

  /** Asks one that was ejected, after a while. */
  eject(member: Member): void {
    const sinceMs = this.#settings.pool.now() - member.trustedAtMs;
    if (sinceMs > RELAPSE_MS) member.failures = 0;
    this.#askLater(member);
  }

  /** Nothing more is asked of it. */
  end(member: Member): void {
    this.#dormant.delete(member);
    member.settle();
  }

  /** The client is in use again: those that were left alone are asked. */
  wake(): void {
    const members = [...this.#dormant];
    this.#dormant.clear();
    for (const member of members) this.#ask(member, "first");
  }

  #ask(member: Member, look: "first" | "second"): void {
    let overdue = false;
    const { pool, limitMs } = this.#settings;
    const cancel = askForQuorum(pool, member.connection, {
      overdueMs: limitMs(),
      onOverdue: () => {
        overdue = true;
        this.#failed(member);
        this.#askLater(member, cancel);
      },
      onAnswer: (answer, tookMs) => {
        if (!overdue) return this.#answered(member, { answer, tookMs });
        // The wait for the next one is under way.
        if (answer !== "yes") return;
        if (tookMs <= limitMs()) this.#answered(member, { answer, tookMs });
        // It is back, as it seems. One that is slow each time gets no third.
        else if (look === "first") this.#ask(member, "second");
      },
    });
    member.await(cancel);
  }

  #answered(
    member: Member,
    { answer, tookMs }: { readonly answer: Answer; readonly tookMs: number },
  ): void {
    switch (answer) {
      case "yes":
        member.settle();
        return this.#settings.onProven(member, tookMs);
      case "unknown":
        if (member.answers) return this.#askLater(member);
        member.settle();
        return this.#settings.onUnknown(member);
      case "no":
        this.#failed(member);
        return this.#askLater(member);
      case "no evidence":
        return this.#askLater(member);
    }
  }

  #failed(member: Member): void {
    member.failures++;
    this.#settings.onSilent(member);
  }

  /** Waits, and asks again; a question that is open stays so meanwhile. */
  #askLater(member: Member, cancelQuestion: () => void = () => {}): void {
    const { pool, activity } = this.#settings;
    const { least, most, multiplier, jitter } = RETURN_MS;
    const mark = activity.mark;
    const times = Math.max(member.failures - 1, 0);
    const spread = 1 - jitter + 2 * jitter * pool.random();
    const waitMs = Math.min(least * multiplier ** times, most) * spread;
    const cancelWait = pool.schedule(waitMs, () => {
      // First of all: it counts as something that runs.
      cancelQuestion();
      if (activity.idleSince(mark)) {
        member.settle();
        this.#dormant.add(member);
      } else this.#ask(member, "first");
    });
    member.extend(() => {
      cancelWait();
      cancelQuestion();
    });
  }
}
