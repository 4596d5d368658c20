import {
  drawFaults,
  injectFault,
  type PlannedFault,
} from "../harness/cluster/fault_schedule.ts";
import type { TestCluster } from "../harness/mod.ts";
import { darken } from "./_darkness.ts";

// Windows that are shorter have no time for darkness.
const DARKENED_MS = 20_000;

/** Injects faults that are drawn, for a window at a time. */
export class Injector {
  readonly #cluster: TestCluster;
  readonly #random: () => number;
  readonly #faults: Generator<PlannedFault, never>;
  readonly #onInjected: (kind: string) => void;

  constructor(
    cluster: TestCluster,
    { random, onInjected }: {
      readonly random: () => number;
      /** Told of the kind of each fault. */
      readonly onInjected: (kind: string) => void;
    },
  ) {
    this.#cluster = cluster;
    this.#random = random;
    this.#faults = drawFaults(random, cluster.members.length);
    this.#onInjected = onInjected;
  }

  /** Resolves when all is undone, to a line for each fault. */
  async run(window: number, windowMs: number): Promise<readonly string[]> {
    const cluster = this.#cluster;
    const endsAtMs = performance.now() + windowMs;
    const log = [cluster.endpoints.join(" ")];
    const inject = async (name: string, fault: () => Promise<unknown>) => {
      const from = timeOfDay();
      await fault();
      log.push(`${from} to ${timeOfDay()}: ${name}`);
    };
    if (window % 2 === 0 && windowMs >= DARKENED_MS) {
      const reach = window % 4 === 0 ? "all" : "one";
      await inject(`long fault of ${reach}`, async () => {
        const options = { reach, random: this.#random } as const;
        this.#onInjected(await darken(cluster, options));
      });
    }
    while (performance.now() < endsAtMs) {
      const { value: fault } = this.#faults.next();
      const { kind, target, durationMs } = fault;
      await inject(`${kind} of m${target + 1} for ${durationMs} ms`, () => {
        this.#onInjected(kind);
        return injectFault(cluster, fault);
      });
    }
    await cluster.reset();
    return log;
  }
}

function timeOfDay(): string {
  return new Date().toISOString().slice(11, 23);
}
