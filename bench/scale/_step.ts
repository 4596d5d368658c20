/** The task of a step. */
export interface Step {
  readonly count: number;
  /** The time since its beginning. */
  seconds(): number;
}

/** The result of a step. */
export interface StepResult {
  readonly seconds: number;
  readonly remark: string;
}
