import process from "node:process";
import { EtcdError } from "../../../mod.ts";
import type { AckedWrite } from "../_protocol.ts";
import { Stalls, TICK_MS } from "./_stalls.ts";

/** How much later than its deadline a call may end. */
const GRACE_MS = 1_000;
const FAULTS_TOLD = 50;
// More than there are in the time of a lease.
const ACKS_KEPT = 2_000;

/** What is counted between two quiet points. */
export interface Counts {
  calls: number;
  reconnects: number;
  watches: number;
  locks: number;
  leases: number;
  readonly errors: Record<string, number>;
  readonly acked: AckedWrite[];
  readonly refused: string[];
  readonly lostLeases: string[];
  readonly faults: string[];
}

/** Counts calls, and knows those that have not ended. */
export class Tally {
  #counts = noCounts();
  readonly #open = new Set<{ readonly what: string; readonly dueMs: number }>();
  readonly #acksMs = [performance.now()];
  readonly #stalls = new Stalls({
    now: () => performance.now(),
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    },
  });
  readonly #ticks = setInterval(() => this.#tick(), TICK_MS);

  /** The counts of this window. */
  get counts(): Counts {
    return this.#counts;
  }

  /** The longest time in the last one without an acknowledged write. */
  longestSilenceMs(lastMs: number): number {
    const nowMs = performance.now();
    const times = this.#acksMs.filter((atMs) => atMs > nowMs - lastMs);
    const pairs = [nowMs - lastMs, ...times].map((atMs, at) =>
      (times[at] ?? nowMs) - atMs
    );
    return Math.max(...pairs);
  }

  /** What must not be, told at the next quiet point. */
  fault(text: string): void {
    const { faults } = this.#counts;
    // Beside the times of the faults that were injected.
    const time = new Date().toISOString().slice(11, 23);
    if (faults.length < FAULTS_TOLD) faults.push(`${time} ${text}`);
  }

  /**
   * Makes a call that has `timeoutMs` for everything; resolves to what it gave,
   * or to nothing if it failed, which is counted.
   */
  async call<T>(
    { what, timeoutMs, onError = () => {} }: {
      readonly what: string;
      readonly timeoutMs: number;
      readonly onError?: (error: unknown) => void;
    },
    run: () => Promise<T>,
  ): Promise<T | undefined> {
    this.#counts.calls++;
    const startMs = performance.now();
    const stalledMs = this.#stalls.sumMs;
    const open = { what, dueMs: startMs + timeoutMs + GRACE_MS };
    this.#open.add(open);
    try {
      return await run();
    } catch (error) {
      const name = nameOf(error);
      const { errors } = this.#counts;
      errors[name] = (errors[name] ?? 0) + 1;
      onError(error);
      return undefined;
    } finally {
      this.#open.delete(open);
      // What this process itself slept is not the call's.
      const lateMs = performance.now() - open.dueMs -
        (this.#stalls.sumMs - stalledMs);
      if (lateMs > 0) {
        this.fault(
          `${what} ended ${
            lateMs.toFixed(0)
          } ms after its ${timeoutMs} ms and ${GRACE_MS} ms of grace`,
        );
      }
    }
  }

  /** A call that writes `token`, and says at which revision. */
  async write(
    { what, token, timeoutMs }: {
      readonly what: string;
      readonly token: string;
      readonly timeoutMs: number;
    },
    run: () => Promise<bigint | undefined>,
  ): Promise<void> {
    const revision = await this.call({
      what: `${what} ${token}`,
      timeoutMs,
      onError: (error) => {
        const refused = error instanceof EtcdError && !error.maybeCommitted;
        if (refused) this.#counts.refused.push(token);
      },
    }, run);
    if (revision === undefined) return;
    this.#acksMs.push(performance.now());
    if (this.#acksMs.length > ACKS_KEPT) this.#acksMs.shift();
    this.#counts.acked.push({ token, revision: String(revision) });
  }

  /** Resolves when every call has ended, or tells those that hang. */
  async settle(): Promise<void> {
    while (this.#open.size > 0) {
      const nowMs = performance.now();
      for (const open of this.#open) {
        if (nowMs <= open.dueMs + 2 * GRACE_MS) continue;
        this.fault(`${open.what} has not ended`);
        this.#open.delete(open);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Gives the counts, and starts them anew. */
  take(): Counts {
    const counts = this.#counts;
    this.#counts = noCounts();
    return counts;
  }

  /** Ends its own timer. */
  close(): void {
    clearInterval(this.#ticks);
  }

  #tick(): void {
    const text = this.#stalls.tick();
    if (text !== undefined) this.fault(text);
  }
}

function noCounts(): Counts {
  return {
    calls: 0,
    reconnects: 0,
    watches: 0,
    locks: 0,
    leases: 0,
    errors: {},
    acked: [],
    refused: [],
    lostLeases: [],
    faults: [],
  };
}

function nameOf(error: unknown): string {
  if (error instanceof EtcdError) return `${error.name} ${error.code}`;
  return error instanceof Error || error instanceof DOMException
    ? error.name
    : String(error);
}
