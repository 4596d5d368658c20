import type { PoolView } from "../strategy.ts";

type State =
  | { readonly name: "there" }
  // Nobody answers what takes one: for how many rounds of questions by now.
  | { readonly name: "lost"; readonly rounds: number };

const THERE: State = { name: "there" };
// After an election a follower may wait for its read index until it asks for
// it again, which etcd does after 500 ms.
const UNSETTLED_MS = 2_000;

/** Whether there is a quorum, as far as can be known. */
export class Quorum {
  readonly #pool: PoolView;
  #state: State = THERE;
  #unsettledAtMs = -Infinity;

  constructor(pool: PoolView) {
    this.#pool = pool;
  }

  /** Whether nobody answered when last asked. */
  get lost(): boolean {
    return this.#state.name === "lost";
  }

  /** The rounds of questions, since it was lost, that nobody answered. */
  get rounds(): number {
    return this.#state.name === "lost" ? this.#state.rounds : 0;
  }

  /** Whether there may have been an election just now. */
  get unsettled(): boolean {
    return this.#pool.now() - this.#unsettledAtMs < UNSETTLED_MS;
  }

  /** Something points at an election. */
  unsettle(): void {
    this.#unsettledAtMs = this.#pool.now();
  }

  /** Nobody answers. */
  lose(): void {
    if (!this.lost) this.#state = { name: "lost", rounds: 0 };
  }

  /** One more round of questions was not answered. */
  addRound(): void {
    if (this.lost) this.#state = { name: "lost", rounds: this.rounds + 1 };
  }

  /** Somebody has one. */
  regain(): void {
    if (!this.lost) return;
    this.unsettle();
    this.#state = THERE;
  }

  /** Nobody wants to know any more. */
  forget(): void {
    this.#state = THERE;
  }
}
