import type { TestCluster } from "../../../tests/harness/mod.ts";

/** Starts a cluster; it is closed by whoever asked for it. */
export type StartCluster = () => Promise<TestCluster>;

/**
 * The cluster of a whole run: the same one for all cells, and another one only
 * when that cannot be brought back to health.
 */
export class CompareCluster implements AsyncDisposable {
  readonly #start: StartCluster;
  readonly #onStep: (text: string) => void;
  readonly #borrowed: TestCluster | undefined;
  #current: TestCluster | undefined;

  /** A cluster that is given is used first, and left open. */
  constructor(options: {
    readonly start: StartCluster;
    readonly onStep: (text: string) => void;
    readonly borrowed?: TestCluster | undefined;
  }) {
    this.#start = options.start;
    this.#onStep = options.onStep;
    this.#borrowed = options.borrowed;
    this.#current = options.borrowed;
  }

  /** The cluster without any fault: repaired, or else a new one. */
  async healthy(): Promise<TestCluster> {
    if (this.#current !== undefined) {
      try {
        await this.#current.reset();
        return this.#current;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#onStep(`A new cluster takes over: ${reason}`);
        await this.discard();
      }
    }
    this.#current = await this.#start();
    return this.#current;
  }

  /** Gives the cluster up: something is wrong with it, or still uses it. */
  async discard(): Promise<void> {
    const cluster = this.#current;
    this.#current = undefined;
    if (cluster !== this.#borrowed) await cluster?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }
}
