import type { ConnectionState } from "../../../mod.ts";

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

/** Something besides calls that a timeline shows. */
export interface TimelineEvent {
  /** Since the recording began; below 0 if it came before. */
  readonly atMs: number;
  /**
   * `delivery`: a watch has delivered an event; `ping`: a client has sent an
   * HTTP/2 ping to the member.
   */
  readonly kind: "pin" | ConnectionState | "delivery" | "ping" | "note";
  /** The name of the member it concerns. */
  readonly member: string | undefined;
  /** What happened, where the kind does not say it. */
  readonly text: string | undefined;
}

/** Writes to one key, counted on both sides. */
export interface WriteCount {
  /** Puts the client was told had succeeded. */
  readonly acked: number;
  /** Puts the store has, by the key's version. */
  readonly applied: number;
}

/** What a watch delivered, held against what was written. */
export interface WatchCount {
  /** Revisions that were to be delivered. */
  readonly wanted: number;
  /** Those of them that were, by the end of the fault. */
  readonly duringFault: number;
  /** Revisions that were never delivered. */
  readonly gaps: number;
  /** Revisions delivered twice, in parts, out of order, or unasked. */
  readonly duplicates: number;
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
  /** How long the longest call took. */
  readonly longestCallMs: number;
  /** Whether the last call succeeded. */
  readonly endedWell: boolean;
  /** The most connections seen, and those at the end. */
  readonly connectionsMax: number;
  readonly connectionsEnd: number;
  /** Connections attempted in all. */
  readonly dials: number;
  /** Those of them attempted since the fault. */
  readonly redials: number;
  /** Successful calls by the member that served them, in members' order. */
  readonly spread: readonly number[];
  readonly writes: WriteCount | undefined;
  readonly watch: WatchCount | undefined;
  /** What became of the lease that was kept alive. */
  readonly lease: "kept" | "lost" | undefined;
  /**
   * What else was counted or timed, by words that can follow the number:
   * `{ "ms until the event": 2_210 }`.
   */
  readonly measures: Readonly<Record<string, number>>;
  /** Codes of the failed calls, with how often each came. */
  readonly codes: Readonly<Record<string, number>>;
  readonly marks: readonly Mark[];
  readonly events: readonly TimelineEvent[];
  /** When the fault began, since the recording did. */
  readonly faultMs: number | undefined;
  /** When it ended, where that was before the recording did. */
  readonly faultEndMs: number | undefined;
}

/** What a scenario counts besides its calls. */
export type Besides = Partial<
  Pick<Recording, "writes" | "watch" | "lease" | "measures">
>;
