/**
 * What calls have seen of a store, and whether there is one order of them that
 * explains it: each call falls between its start and its end, and sees exactly
 * what the ones before it have left.
 *
 * etcd tells its revision with each answer, so the order is known: by revision,
 * and at one revision the write before the reads. What is left to check is that
 * it agrees with the clock, and with the values. No search is needed.
 */

/** A value that was written, and the revision that did it. */
export interface Version {
  readonly revision: bigint;
  /** The value; nothing after a delete. */
  readonly value: string | undefined;
}

/** A call that was answered. */
export interface Call {
  readonly kind: "read" | "write";
  readonly key: string;
  /** The value that was read, or written; nothing for none. */
  readonly value: string | undefined;
  /** The revision of the store that came with the answer. */
  readonly revision: bigint;
  readonly startMs: number;
  readonly endMs: number;
}

/** A write whose answer was lost: it was applied once, later than it began, or never. */
export interface DoubtfulWrite {
  readonly key: string;
  readonly value: string;
  readonly startMs: number;
}

/** All that is known of a run. */
export interface StoreHistory {
  readonly calls: readonly Call[];
  /** Writes whose error says that they may have been applied. */
  readonly doubtful: readonly DoubtfulWrite[];
  /** The values of writes whose error says that they were not applied. */
  readonly unapplied: ReadonlySet<string>;
  /** The versions of each key, the oldest first, as the store has them. */
  readonly versions: ReadonlyMap<string, readonly Version[]>;
}

/** Describes what no order of the calls explains; nothing if one does. */
export function contradictions(history: StoreHistory): readonly string[] {
  return [
    ...wrongValues(history),
    ...backInTime(history.calls),
    ...ghosts(history),
  ];
}

/** Each answer is what the store had at its revision. */
function* wrongValues({ calls, versions }: StoreHistory): Generator<string> {
  for (const call of calls) {
    const version = newestAt(versions.get(call.key) ?? [], call.revision);
    const own = call.kind === "write" && version?.revision !== call.revision;
    if (own || version?.value !== call.value) {
      yield `${describe(call)}, where the store has ${
        version?.value ?? "nothing"
      } of ${version?.revision ?? "no revision"}`;
    }
  }
}

/** The newest version that a revision has; the versions are sorted by theirs. */
function newestAt(
  versions: readonly Version[],
  revision: bigint,
): Version | undefined {
  let [low, high] = [0, versions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const version = versions[middle];
    if (version !== undefined && version.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return versions[low - 1];
}

/** A call that began when another had ended comes after it in the order. */
function* backInTime(calls: readonly Call[]): Generator<string> {
  const byStart = [...calls].sort((a, b) => a.startMs - b.startMs);
  const byEnd = [...calls].sort((a, b) => a.endMs - b.endMs);
  let newest: Call | undefined;
  let ended = 0;
  for (const call of byStart) {
    for (; ended < byEnd.length; ended++) {
      const before = byEnd[ended];
      if (before === undefined || before.endMs >= call.startMs) break;
      if (newest === undefined || before.revision > newest.revision) {
        newest = before;
      }
    }
    if (newest === undefined) continue;
    const late = call.kind === "write"
      ? call.revision <= newest.revision
      : call.revision < newest.revision;
    if (late) yield `${describe(call)}, after ${describe(newest)} had ended`;
  }
}

/** What was never written, or certainly not applied, is nowhere. */
function* ghosts(
  { calls, doubtful, unapplied, versions }: StoreHistory,
): Generator<string> {
  const written = new Set(
    calls.flatMap(({ kind, value }) => kind === "write" ? [value] : []),
  );
  const maybe = new Set(doubtful.map(({ value }) => value));
  for (const [key, known] of versions) {
    const seen = new Set<string>();
    for (const { revision, value } of known) {
      if (value === undefined) continue;
      if (seen.has(value)) yield `${value} was applied twice, to ${key}`;
      seen.add(value);
      if (unapplied.has(value)) {
        yield `${value} is in ${key} at ${revision}, and was certainly not applied`;
      } else if (!written.has(value) && !maybe.has(value)) {
        yield `${value} is in ${key} at ${revision}, and nobody wrote it`;
      }
    }
  }
}

function describe({ kind, key, value, revision }: Call): string {
  return `a ${kind} of ${key} gave ${value ?? "nothing"} at ${revision}`;
}
