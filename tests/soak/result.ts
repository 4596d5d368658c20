import type { BalancerName } from "../../balancers/mod.ts";
import type { TransportName } from "../../balancers/transport/mod.ts";
import type { WindowReport } from "./_protocol.ts";
import type { QuietPoint } from "./judge.ts";

const FAULTS_KEPT = 100;

/** What was run. */
export interface SoakSetting {
  readonly transport: TransportName;
  readonly balancer: BalancerName;
  readonly etcd: string;
  readonly seed: number;
  readonly minutes: number;
  readonly cpuSeconds: number;
}

/** A soak, as it is kept. */
export interface SoakResult extends SoakSetting {
  readonly verdict: "passed" | "failed";
  /** What was held at too many or too few places. */
  readonly leaks: readonly string[];
  /** What was wrong otherwise. */
  readonly faults: readonly string[];
  readonly injected: Readonly<Record<string, number>>;
  readonly windows: number;
  readonly calls: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly refused: number;
  readonly revisions: number;
  readonly watches: number;
  readonly reconnects: number;
  readonly locks: number;
  readonly leases: number;
  readonly lostLeases: readonly string[];
  readonly first: QuietPoint | undefined;
  readonly last: QuietPoint | undefined;
}

/** Adds up windows. */
export class Sums {
  /** What was wrong. */
  readonly faults: string[] = [];
  readonly #injected: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};
  readonly #lostLeases: string[] = [];
  readonly #counts = {
    windows: 0,
    calls: 0,
    acknowledged: 0,
    refused: 0,
    revisions: 0,
    watches: 0,
    reconnects: 0,
    locks: 0,
    leases: 0,
  };

  /** A fault of this kind was injected, and undone. */
  injected(kind: string): void {
    this.#injected[kind] = (this.#injected[kind] ?? 0) + 1;
  }

  /** A window has ended. */
  add(report: WindowReport, revisions: number): void {
    const counts = this.#counts;
    counts.windows++;
    counts.calls += report.calls;
    counts.acknowledged += report.acked.length;
    counts.refused += report.refused.length;
    counts.revisions += revisions;
    counts.watches += report.watches;
    counts.reconnects += report.reconnects;
    counts.locks += report.locks;
    counts.leases += report.leases;
    for (const [name, count] of Object.entries(report.errors)) {
      this.#errors[name] = (this.#errors[name] ?? 0) + count;
    }
    this.#lostLeases.push(...report.lostLeases);
    this.faults.push(
      ...report.faults.map((text) => `window ${counts.windows}: ${text}`),
    );
  }

  /** The sums so far in a line. */
  line(): string {
    const { calls, revisions, watches, locks, leases } = this.#counts;
    return `${calls} calls, ${revisions} revisions, ${watches} watches, ` +
      `${locks} locks, ${leases} leases, ${this.faults.length} faults`;
  }

  /** The whole soak. */
  result(
    points: readonly QuietPoint[],
    leaks: readonly string[],
    { transport, balancer, etcd, seed, minutes, cpuSeconds }: SoakSetting,
  ): SoakResult {
    const failed = leaks.length + this.faults.length > 0;
    return {
      verdict: failed ? "failed" : "passed",
      transport,
      balancer,
      etcd,
      seed,
      minutes,
      cpuSeconds,
      injected: this.#injected,
      ...this.#counts,
      errors: this.#errors,
      lostLeases: this.#lostLeases,
      first: points[0],
      last: points.at(-1),
      leaks,
      faults: this.faults.slice(0, FAULTS_KEPT),
    };
  }
}
