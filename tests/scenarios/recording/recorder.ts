import { type Client, EtcdError, type ResponseHeader } from "../../../mod.ts";
import type { Member } from "../../harness/mod.ts";
import type { Besides, Mark, Recording } from "./recording.ts";
import type { RunContext } from "../scenario.ts";

/** What a recording can use of a reply: it tells who served the call. */
export interface Reply {
  readonly header?: ResponseHeader;
}

/** Keeps what happens during a scenario. */
export class Recorder {
  readonly #startedAt = performance.now();
  readonly #context: RunContext;
  readonly #clients: readonly Client[];
  readonly #marks: Mark[] = [];
  #fault: { readonly atMs: number; readonly dials: number } | undefined;
  #faultEndMs: number | undefined;
  #connectionsMax = 0;

  /** With no client, one client, or several that are counted together. */
  constructor(context: RunContext, ...clients: readonly Client[]) {
    this.#context = context;
    this.#clients = clients;
  }

  /** The calls so far. */
  get marks(): readonly Mark[] {
    return this.#marks;
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
    this.#fault ??= { atMs: this.#nowMs(), dials: this.#count("dials") };
  }

  /** The fault is over. */
  heal(): void {
    this.#faultEndMs = this.#nowMs();
  }

  /** Since the fault, for what a scenario times itself. */
  get sinceFaultMs(): number {
    return this.#nowMs() - (this.#fault?.atMs ?? 0);
  }

  /** Looks at how many connections there are; each call does so too. */
  look(): void {
    this.#connectionsMax = Math.max(
      this.#connectionsMax,
      this.#count("connections"),
    );
  }

  /** Makes a call and keeps how it went; the reply's header names its server. */
  async call(make: () => Promise<Reply | void>): Promise<void> {
    this.#context.signal?.throwIfAborted();
    this.look();
    const startMs = this.#nowMs();
    try {
      const reply = await make();
      this.#mark(startMs, {
        ok: true,
        member: this.#nameOf(({ id }) => id === reply?.header?.memberId),
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

  /**
   * What all calls came to, with what was counted besides. The counts are those
   * of the moment it is called; only the pings come later.
   */
  async finish(
    { writes, watch, lease, measures = {} }: Besides = {},
  ): Promise<Recording> {
    this.look();
    const { timeline, cluster } = this.#context;
    const dials = this.#count("dials");
    const connectionsEnd = this.#count("connections");
    const marks = this.#marks;
    const failures = marks.filter(({ ok }) => !ok);
    const faultMs = this.#fault?.atMs;
    const since = (mark: Mark | undefined) =>
      mark && mark.startMs + mark.durationMs - (faultMs ?? 0);
    await timeline.addPings(cluster);
    return {
      calls: marks.length,
      failed: failures.length,
      ambiguous: failures.filter((mark) => mark.maybeCommitted).length,
      firstSuccessMs: since(
        marks.find(({ ok, startMs }) => ok && startMs >= (faultMs ?? 0)),
      ),
      lastFailureMs: since(failures.at(-1)),
      longestGapMs: longestGap(marks),
      longestCallMs: Math.max(0, ...marks.map((mark) => mark.durationMs)),
      endedWell: marks.at(-1)?.ok ?? false,
      connectionsMax: this.#connectionsMax,
      connectionsEnd,
      dials,
      redials: dials - (this.#fault?.dials ?? dials),
      spread: cluster.members.map(({ name }) =>
        marks.filter(({ ok, member }) => ok && member === name).length
      ),
      writes,
      watch,
      lease,
      measures,
      codes: countWords(failures.map(({ code }) => code ?? "unknown")),
      marks,
      events: timeline.eventsSince(this.#startedAt, cluster),
      faultMs,
      faultEndMs: this.#faultEndMs,
    };
  }

  #count(what: "connections" | "dials"): number {
    return this.#clients.reduce((sum, { balancer }) => sum + balancer[what], 0);
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

function countWords(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
