/** How many times as many seeds are played: `ETCDENO_FUZZ_TIMES`. */
const TIMES = Number(Deno.env.get("ETCDENO_FUZZ_TIMES") ?? 1);

/** The seeds of a random test, from `first` on. */
export function seeds(count: number, first: number = 0): readonly number[] {
  return Array.from({ length: count * TIMES }, (_, at) => first + at);
}

/** Other seeds in every run: a failure has to name its own. */
export function freshSeeds(count: number): readonly number[] {
  return seeds(count, Math.floor(Math.random() * 2 ** 30));
}
