// The names of some of our options in other clients, or in people's minds.
const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ["abortsignal", ["signal"]],
  ["deadline", ["timeoutMs"]],
  ["islearner", ["asLearner"]],
  ["leaseid", ["lease", "id"]],
  ["learner", ["asLearner"]],
  ["max", ["limit"]],
  ["previous", ["prevKv"]],
  ["rev", ["revision", "startRevision"]],
  ["sort", ["sortBy", "order"]],
  ["timeout", ["timeoutMs"]],
  ["ttl", ["ttlSeconds"]],
]);

/** The known word that was probably meant, if there is one. */
export function nearestWord(
  word: string,
  known: readonly string[],
): string | undefined {
  const low = word.toLowerCase();
  const other = OTHER_NAMES.get(low)?.find((name) => known.includes(name));
  if (other !== undefined) return other;
  const [best] = known
    .map((name) => ({ name, edits: edits(low, name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(name.length, 4) / 3)
    .sort((a, b) => a.edits - b.edits);
  if (best !== undefined) return best.name;
  return known.find((name) =>
    name.toLowerCase().includes(low) || low.includes(name.toLowerCase())
  );
}

/** The number of letters to add, drop or change: Levenshtein's distance. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1;
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + change,
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
