/** What a step is given. */
export interface Step {
  readonly count: number;
  /** The time since its beginning. */
  seconds(): number;
}

/** What a step tells. */
export interface StepResult {
  readonly seconds: number;
  readonly remark: string;
}
