/** The seed of a test's random faults: `ETCDENO_MATRIX_SEED`, or a new one. */
export const SEED: number = Number(
  Deno.env.get("ETCDENO_MATRIX_SEED") ?? Math.floor(Math.random() * 2 ** 31),
);

/**
 * The time for which a test with random faults goes on: what `--minutes` says,
 * or so long, in the suite.
 */
export function minutesOr(minutes: number): number {
  return Number(Deno.env.get("ETCDENO_MATRIX_MINUTES") ?? minutes);
}
