import { EtcdError, type KeyValue } from "../../mod.ts";
import type { Subject } from "./_subject.ts";

/** One row of the table. */
export interface Check {
  /** The head of the row. */
  readonly title: string;
  /**
   * Does it and resolves to what is to be told of it in a few words. What
   * differs between servers is told; what must hold behind each is asserted.
   */
  run(subject: Subject): Promise<string>;
}

/** What a call ended with, in a few words. */
export function failureText(error: unknown): string {
  if (!(error instanceof EtcdError)) throw error;
  const [, status] = /HTTP status(?: code)? (\d+)/.exec(error.message) ?? [];
  const doubt = error.maybeCommitted ? ", in doubt" : "";
  return status === undefined
    ? `\`${error.code}\`${doubt}`
    : `\`${error.code}\` (HTTP ${status})${doubt}`;
}

/** Whether a key was put more than once; kine counts no versions. */
export function writtenAgain(
  { createRevision, modRevision }: KeyValue,
): boolean {
  return createRevision !== modRevision;
}

/** A time in seconds, as people read it. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
