/** A public method, with arguments that are fine but for the last. */
export interface PublicMethod {
  /** As errors name it. */
  readonly name: string;
  /** Calls it with these options. */
  readonly call: (options: never) => unknown;
  /** Further calls that give something wrong, by the option named. */
  readonly wrong?: readonly (readonly [string, () => unknown])[];
}

/** Whatever is not of the type that it should be. */
export const NO: never = null as never;
