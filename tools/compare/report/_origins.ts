/** The letters behind what Go's client does: how that is known. */

const ORIGINS = {
  M: "measured on etcd's Go clients",
  T: "asserted by their tests",
  D: "derived from their source",
} as const;

/** A letter and its meaning. */
export interface Origin {
  /** As it stands in the texts: `[M]`. */
  readonly mark: string;
  readonly meaning: string;
}

/** The letters that a text has. */
export function originsIn(text: string): readonly Origin[] {
  return Object.entries(ORIGINS)
    .map(([letter, meaning]) => ({ mark: `[${letter}]`, meaning }))
    .filter(({ mark }) => text.includes(mark));
}

/** `[M] measured on etcd's Go clients, [T] …`: those that a text has. */
export function originWords(text: string): string {
  return originsIn(text).map(({ mark, meaning }) => `${mark} ${meaning}`)
    .join(", ");
}
