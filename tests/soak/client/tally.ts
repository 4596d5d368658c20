import { EtcdError } from "../../../mod.ts";
import type { AckedWrite } from "../_protocol.ts";

/** How much later than its deadline a call may end. */
const GRACE_MS = 1_000;
const TICK_MS = 100;
const FAULTS_TOLD = 50;

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
  #lastAckMs = performance.now();
  #stalledMs = 0;
  #tickMs = performance.now();
  readonly #ticks = setInterval(() => this.#tick(), TICK_MS);

  /** The counts of this window. */
  get counts(): Counts {
    return this.#counts;
  }

  /** How long no write of any kind has been acknowledged. */
  get silenceMs(): number {
    return performance.now() - this.#lastAckMs;
  }

  /** What must not be, told at the next quiet point. */
  fault(text: string): void {
    const { faults } = this.#counts;
    if (faults.length < FAULTS_TOLD) faults.push(text);
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
    const stalledMs = this.#stalledMs;
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
        (this.#stalledMs - stalledMs);
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
    this.#lastAckMs = performance.now();
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
    const nowMs = performance.now();
    const lateMs = nowMs - this.#tickMs - TICK_MS;
    if (lateMs > TICK_MS) this.#stalledMs += lateMs;
    this.#tickMs = nowMs;
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
