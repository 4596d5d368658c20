import type { Clock } from "../../balancers/transport/mod.ts";

interface Question extends PromiseWithResolvers<bigint> {
  readonly owner: object;
}

// Newer servers do not answer at all while a watch of the stream catches up
// (etcd#15220), which takes them up to 100 ms after each reconnect: asked
// again until they do.
const REPEAT_MS = 200;

/** Questions for a stream's progress that are not answered yet. */
export class ProgressQuestions {
  readonly #clock: Clock;
  readonly #send: () => void;
  #open: readonly Question[] = [];
  #cancelRepeat: (() => void) | undefined;

  constructor(clock: Clock, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Asks; resolves to the revision answered. */
  ask(owner: object): Promise<bigint> {
    const asked = question(owner);
    this.#open = [...this.#open, asked];
    this.repeat();
    return asked.promise;
  }

  /** Asks for all of these at once, until they are answered or given up. */
  askAll(owners: Iterable<object>): {
    readonly answers: readonly Promise<bigint>[];
    giveUp(reason: unknown): void;
  } {
    const asked = [...owners].map(question);
    this.#open = [...this.#open, ...asked];
    this.repeat();
    return {
      answers: asked.map(({ promise }) => promise),
      giveUp: (reason) => {
        this.#keep(this.#open.filter((one) => !asked.includes(one)));
        for (const { reject } of asked) reject(reason);
      },
    };
  }

  /** Asks again for unanswered questions, now and from time to time. */
  repeat(): void {
    this.#cancelRepeat?.();
    this.#cancelRepeat = undefined;
    if (this.#open.length === 0) return;
    this.#send();
    this.#cancelRepeat = this.#clock.schedule(REPEAT_MS, () => this.repeat());
  }

  /** Answers all questions. */
  answer(revision: bigint): void {
    const answered = this.#open;
    this.#keep([]);
    for (const question of answered) question.resolve(revision);
  }

  /** Answers the questions of this owner. */
  settle(owner: object, revision: bigint): void {
    for (const question of this.#taken(owner)) question.resolve(revision);
  }

  /** Fails the questions of this owner. */
  fail(owner: object, reason: unknown): void {
    for (const question of this.#taken(owner)) question.reject(reason);
  }

  /** Fails all questions. */
  failAll(reason: unknown): void {
    const failed = this.#open;
    this.#keep([]);
    for (const question of failed) question.reject(reason);
  }

  #taken(owner: object): readonly Question[] {
    const taken = this.#open.filter((question) => question.owner === owner);
    if (taken.length > 0) {
      this.#keep(this.#open.filter((question) => question.owner !== owner));
    }
    return taken;
  }

  #keep(open: readonly Question[]): void {
    this.#open = open;
    if (open.length > 0) return;
    this.#cancelRepeat?.();
    this.#cancelRepeat = undefined;
  }
}

function question(owner: object): Question {
  return { owner, ...Promise.withResolvers<bigint>() };
}
