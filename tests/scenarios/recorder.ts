import { type BalancerSnapshot, EtcdError } from "../../mod.ts";

/** One call, as a report can draw it. Times are since the recording began. */
export interface Mark {
  readonly startMs: number;
  readonly durationMs: number;
  readonly ok: boolean;
  /** The member or endpoint it went to, where that is known. */
  readonly endpoint: string | undefined;
  /** The error's code. */
  readonly code: string | undefined;
  /** Whether a failed write may have been applied. */
  readonly maybeCommitted: boolean;
}

/** Writes to one key, counted on both sides. */
export interface WriteCount {
  /** Puts the client was told had succeeded. */
  readonly acked: number;
  /** Puts the store has, by the key's version. */
  readonly applied: number;
}

/** What one run of a scenario gave. */
export interface Recording {
  readonly calls: number;
  readonly failed: number;
  /** Failed writes that may have been applied, as the errors say. */
  readonly ambiguous: number;
  /** From the fault to the end of the first call that succeeded after it. */
  readonly firstSuccessMs: number | undefined;
  /** From the fault to the end of the last call that failed. */
  readonly lastFailureMs: number | undefined;
  /** The longest time without a success, while calls were made. */
  readonly longestGapMs: number;
  /** Whether the last call succeeded. */
  readonly endedWell: boolean;
  /** The most connections seen, and those at the end. */
  readonly connectionsMax: number;
  readonly connectionsEnd: number;
  /** Connections attempted in all. */
  readonly dials: number;
  /** Successful calls by the member that served them. */
  readonly spread: readonly number[];
  readonly writes: WriteCount | undefined;
  /** Codes of the failed calls, with how often each came. */
  readonly codes: Readonly<Record<string, number>>;
  readonly marks: readonly Mark[];
  /** When the fault began, since the recording did. */
  readonly faultMs: number | undefined;
}

/** Keeps what happens during a scenario. */
export class Recorder {
  readonly #startedAt = performance.now();
  readonly #marks: Mark[] = [];
  #faultMs: number | undefined;
  #connectionsMax = 0;

  /** How many calls have been made. */
  get calls(): number {
    return this.#marks.length;
  }

  /** How many calls have succeeded. */
  get succeeded(): number {
    return this.#marks.filter(({ ok }) => ok).length;
  }

  /** The fault is in effect from now on. */
  fault(): void {
    this.#faultMs ??= this.#nowMs();
  }

  /** Looks at how many connections there are. */
  look({ connections }: BalancerSnapshot): void {
    this.#connectionsMax = Math.max(this.#connectionsMax, connections);
  }

  /** Makes a call and keeps how it went; a string it gives names its server. */
  async call(make: () => Promise<unknown>): Promise<void> {
    const startMs = this.#nowMs();
    try {
      const endpoint = await make();
      this.#mark(startMs, {
        ok: true,
        endpoint: typeof endpoint === "string" ? endpoint : undefined,
        code: undefined,
        maybeCommitted: false,
      });
    } catch (error) {
      // Anything else is a fault of the test, not of the cluster.
      if (!(error instanceof EtcdError)) throw error;
      const { endpoint, code, maybeCommitted } = error;
      this.#mark(startMs, { ok: false, endpoint, code, maybeCommitted });
    }
  }

  /** What all calls came to. */
  finish(
    balancer: BalancerSnapshot,
    writes?: WriteCount,
  ): Recording {
    this.look(balancer);
    const marks = this.#marks;
    const failures = marks.filter(({ ok }) => !ok);
    const faultMs = this.#faultMs;
    const since = (mark: Mark | undefined) =>
      mark && mark.startMs + mark.durationMs - (faultMs ?? 0);
    return {
      calls: marks.length,
      failed: failures.length,
      ambiguous: failures.filter((mark) => mark.maybeCommitted).length,
      firstSuccessMs: since(
        marks.find(({ ok, startMs }) => ok && startMs >= (faultMs ?? 0)),
      ),
      lastFailureMs: since(failures.at(-1)),
      longestGapMs: longestGap(marks),
      endedWell: marks.at(-1)?.ok ?? false,
      connectionsMax: this.#connectionsMax,
      connectionsEnd: balancer.connections,
      dials: balancer.dials,
      spread: spread(marks),
      writes,
      codes: count(failures.map(({ code }) => code ?? "unknown")),
      marks,
      faultMs,
    };
  }

  #mark(startMs: number, rest: Omit<Mark, "startMs" | "durationMs">): void {
    const durationMs = this.#nowMs() - startMs;
    this.#marks.push({ startMs, durationMs, ...rest });
  }

  #nowMs(): number {
    return performance.now() - this.#startedAt;
  }
}

function longestGap(marks: readonly Mark[]): number {
  const ends = marks.filter(({ ok }) => ok)
    .map(({ startMs, durationMs }) => startMs + durationMs)
    .sort((a, b) => a - b);
  const first = Math.min(...marks.map(({ startMs }) => startMs));
  const last = Math.max(
    ...marks.map(({ startMs, durationMs }) => startMs + durationMs),
  );
  let longest = 0;
  let previous = first;
  for (const end of [...ends, last]) {
    longest = Math.max(longest, end - previous);
    previous = end;
  }
  return marks.length === 0 ? 0 : longest;
}

function spread(marks: readonly Mark[]): number[] {
  const served = marks.filter(({ ok, endpoint }) => ok && endpoint)
    .map(({ endpoint }) => endpoint as string);
  return Object.values(count(served)).sort((a, b) => b - a);
}

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
