// To wake up, to write and to read cost more than a renewal does: the leases
// that are due within such a step are renewed together.
const MOST_MS = 250;
const LEAST_STEPS = 8;

/** The last step that is not after a time. */
export function stepBefore(atMs: number, intervalMs: number): number {
  const stepMs = lengthOf(intervalMs);
  return Math.floor(atMs / stepMs) * stepMs;
}

/** The first step that is not before a time. */
export function stepAfter(atMs: number, intervalMs: number): number {
  const stepMs = lengthOf(intervalMs);
  return Math.ceil(atMs / stepMs) * stepMs;
}

function lengthOf(intervalMs: number): number {
  return Math.min(MOST_MS, intervalMs / LEAST_STEPS);
}
