/** The middle of several measurements, and how far they are apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The spread of the values there are; `undefined` if there is none. */
export function spread(
  values: readonly (number | undefined)[],
): Spread | undefined {
  const sorted = values.filter((value) => value !== undefined)
    .sort((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)];
  const high = sorted[Math.ceil(middle)];
  if (low === undefined || high === undefined) return undefined;
  return {
    median: (low + high) / 2,
    least: sorted[0] ?? NaN,
    most: sorted.at(-1) ?? NaN,
  };
}
