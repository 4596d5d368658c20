/** What every function of the stand-in must pass, and what it must fail. */
export interface Case {
  readonly about: string;
  readonly passes: () => unknown;
  readonly fails: () => unknown;
}

/** An error that a test throws. */
export class Base extends Error {}

/** One of a class below. */
export class Derived extends Base {}
