import { type Client, EtcdError, type ResponseHeader } from "../../mod.ts";
import type { Member } from "../harness/mod.ts";
import type { RunContext } from "./scenario.ts";
import type { WatchCount } from "./watch_log.ts";

/** One call, as a report can draw it. Times are since the recording began. */
export interface Mark {
  readonly startMs: number;
  readonly durationMs: number;
  readonly ok: boolean;
  /** The name of the member it went to, where that is known. */
  readonly member: string | undefined;
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
  /** Successful calls by the member that served them, in members' order. */
  readonly spread: readonly number[];
  readonly writes: WriteCount | undefined;
  readonly watch: WatchCount | undefined;
  /** What became of the lease that was kept alive. */
  readonly lease: "kept" | "lost" | undefined;
  /** Codes of the failed calls, with how often each came. */
  readonly codes: Readonly<Record<string, number>>;
  readonly marks: readonly Mark[];
  /** When the fault began, since the recording did. */
  readonly faultMs: number | undefined;
}

/** What a scenario counts besides its calls. */
export type Besides = Partial<
  Pick<Recording, "writes" | "watch" | "lease">
>;

/** What any reply has that a recording needs. */
export interface Reply {
  readonly header: ResponseHeader;
}

/** Keeps what happens during a scenario. */
export class Recorder {
  readonly #startedAt = performance.now();
  readonly #context: RunContext;
  readonly #client: Client;
  readonly #marks: Mark[] = [];
  #faultMs: number | undefined;
  #connectionsMax = 0;

  constructor(context: RunContext, client: Client) {
    this.#context = context;
    this.#client = client;
  }

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

  /** Looks at how many connections there are; each call does so too. */
  look(): void {
    const { connections } = this.#client.balancer;
    this.#connectionsMax = Math.max(this.#connectionsMax, connections);
  }

  /** Makes a call and keeps how it went; the reply's header names its server. */
  async call(make: () => Promise<Reply>): Promise<void> {
    this.#context.signal?.throwIfAborted();
    this.look();
    const startMs = this.#nowMs();
    try {
      const { header } = await make();
      this.#mark(startMs, {
        ok: true,
        member: this.#nameOf(({ id }) => id === header.memberId),
        code: undefined,
        maybeCommitted: false,
      });
    } catch (error) {
      // Anything else is a fault of the test, not of the cluster.
      if (!(error instanceof EtcdError)) throw error;
      const { code, maybeCommitted } = error;
      this.#mark(startMs, {
        ok: false,
        member: this.#nameOf(({ endpoint }) => endpoint === error.endpoint),
        code,
        maybeCommitted,
      });
    }
    this.look();
  }

  /** How many calls have failed. */
  get failed(): number {
    return this.calls - this.succeeded;
  }

  /** What all calls came to, with what was counted besides. */
  finish({ writes, watch, lease }: Besides = {}): Recording {
    this.look();
    const { connections, dials } = this.#client.balancer;
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
      connectionsEnd: connections,
      dials,
      spread: this.#context.cluster.members.map(({ name }) =>
        marks.filter(({ ok, member }) => ok && member === name).length
      ),
      writes,
      watch,
      lease,
      codes: count(failures.map(({ code }) => code ?? "unknown")),
      marks,
      faultMs,
    };
  }

  #mark(startMs: number, rest: Omit<Mark, "startMs" | "durationMs">): void {
    const durationMs = this.#nowMs() - startMs;
    this.#marks.push({ startMs, durationMs, ...rest });
  }

  #nameOf(matches: (member: Member) => boolean): string | undefined {
    return this.#context.cluster.members.find(matches)?.name;
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

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
