import { sleep } from "../../harness/mod.ts";
import type { Recorder, Reply } from "../recording/recorder.ts";
import { repeatDuring } from "./repeat_during.ts";

/** Calls that several callers make side by side. */
export interface Load {
  /** How many callers there are. */
  readonly callers: number;
  /** How long each of them rests between two calls, in milliseconds. */
  readonly paceMs: number;
  /** The kinds of calls by their names; each caller takes turns. */
  readonly kinds: Readonly<Record<string, () => Promise<Reply>>>;
  /** What takes longer is counted as slow, in milliseconds. */
  readonly slowMs?: number;
}

/** What became of the calls of one kind. */
interface Tally {
  calls: number;
  failed: number;
  slow: number;
  longestMs: number;
}

/**
 * Makes calls while a task runs. Resolves, when all have ended, to what can be
 * measured of each kind: `gets that failed`, `ms for the longest of the gets`,
 * `% of the gets took over 250 ms`.
 */
export async function underLoad(
  recorder: Recorder,
  { callers, paceMs, kinds, slowMs = Infinity }: Load,
  { task, signal }: {
    readonly task: (signal: AbortSignal) => Promise<void>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Record<string, number>> {
  const all = Object.entries(kinds).map(([name, call]) => {
    const tally: Tally = { calls: 0, failed: 0, slow: 0, longestMs: 0 };
    return { name, tally, call: () => counted(call, tally, { slowMs }) };
  });
  const actions = Array.from({ length: callers }, (_, caller) => {
    let turn = caller;
    return async () => {
      const kind = all[turn++ % all.length];
      if (kind !== undefined) await recorder.call(kind.call);
      await sleep(paceMs);
    };
  });
  await repeatDuring(actions, task, { signal });
  return Object.fromEntries(
    all.flatMap(({ name, tally }) => [
      [`${name} that failed`, tally.failed],
      [`ms for the longest of the ${name}`, Math.round(tally.longestMs)],
      ...slowMs === Infinity ? [] : [
        [`% of the ${name} took over ${slowMs} ms`, shareOf(tally)] as const,
      ],
    ]),
  );
}

async function counted(
  call: () => Promise<Reply>,
  tally: Tally,
  { slowMs }: { readonly slowMs: number },
): Promise<Reply> {
  const startedAt = performance.now();
  try {
    return await call();
  } catch (error) {
    tally.failed++;
    throw error;
  } finally {
    const tookMs = performance.now() - startedAt;
    tally.calls++;
    if (tookMs > slowMs) tally.slow++;
    tally.longestMs = Math.max(tally.longestMs, tookMs);
  }
}

/** The share that was slow, in per cent. */
function shareOf({ calls, slow }: Tally): number {
  return calls === 0 ? 0 : Math.round(100 * slow / calls);
}
