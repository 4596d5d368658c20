// What the members of a simulation do.

/** When a member answers what reaches it, and how; or never. */
export type Reply =
  | { readonly atMs: number; readonly answer: "yes" | "no" }
  | "never";

/** What a member does with what reaches it at a time; `random` is from 0 to 1. */
export type Behaviour = (
  nowMs: number,
  random: number,
) => Reply;

/** Answers after 1 to 3 ms. */
export const fast: Behaviour = (nowMs, random) => ({
  atMs: nowMs + 1 + 2 * random,
  answer: "yes",
});

/** Answers nothing. */
export const never: Behaviour = () => "never";

/** Behaves from a time on, and is fast before. */
export function from(ms: number, behave: Behaviour): Behaviour {
  return (nowMs, random) =>
    nowMs < ms ? fast(nowMs, random) : behave(nowMs, random);
}

/** Answers after a time, give or take a twentieth. */
export function slow(ms: number): Behaviour {
  return (nowMs, random) => ({
    atMs: nowMs + ms * (0.95 + 0.1 * random),
    answer: "yes",
  });
}
