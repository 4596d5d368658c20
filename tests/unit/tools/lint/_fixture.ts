/** A source that a lint rule objects to, or accepts. */
export interface Fixture {
  readonly rule: string;
  readonly about: string;
  readonly path: string;
  readonly source: string;
}
