/** The time that something takes. */
export interface Taken {
  readonly seconds: number;
  /** CPU time of the process. */
  readonly cpuSeconds: number;
}

/** The task of a step. */
export interface Step {
  readonly count: number;
  /** The time taken since its beginning. */
  taken(): Taken;
}

/** The result of a step. */
export interface StepResult extends Taken {
  readonly remark: string;
}
