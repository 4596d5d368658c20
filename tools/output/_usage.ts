/** A command line that cannot be followed. */
export class UsageError extends Error {
  constructor(state: string) {
    super(`Cannot compare: ${state}`);
    this.name = "UsageError";
  }
}
