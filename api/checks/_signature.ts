import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { unknownOption } from "./_check.ts";
import type { OptionKinds } from "./_kinds.ts";
import { wrongKind } from "./_wrong_kind.ts";

/** The options a public method takes: checked before anything is sent. */
export class Signature {
  readonly #name: string;
  readonly #kinds: OptionKinds;

  /** `name` is the method as users write it, such as `lease.grant`. */
  constructor(name: string, kinds: OptionKinds) {
    this.#name = name;
    this.#kinds = kinds;
  }

  /**
   * Checks the options, then makes something of the arguments. Every error
   * about either names this method.
   *
   * @throws {InvalidOptionError} If an argument or option is not acceptable.
   */
  take<T>(options: unknown, make: () => T): T {
    try {
      if (options !== undefined) checkOptions("options", options, this.#kinds);
      return make();
    } catch (error) {
      if (!(error instanceof InvalidOptionError)) throw error;
      throw error.of(this.#name);
    }
  }

  /** Checks the options of a method that has no other arguments. */
  check(options: unknown): void {
    if (options !== undefined) this.take(options, () => {});
  }

  /** A copy of the options, checked. */
  copy<T extends object>(options: T | undefined): T {
    this.check(options);
    return { ...options } as T;
  }
}

/**
 * Checks an object of options: their names, and the kind of each value. The
 * value of an unknown option is not shown: it may be a password in the wrong
 * place.
 */
export function checkOptions(
  what: string,
  options: unknown,
  kinds: OptionKinds,
): void {
  if (typeof options !== "object" || options === null) {
    throw new InvalidOptionError(what, options, { expected: "an object" });
  }
  if (options instanceof AbortController || options instanceof AbortSignal) {
    throw new InvalidOptionError(what, options, {
      expected: "an object such as { signal }",
      shown: `an ${options.constructor.name}`,
    });
  }
  for (const [option, value] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, option) ? kinds[option] : undefined;
    if (kind === undefined) {
      throw unknownOption(option, { value, known: Object.keys(kinds) });
    }
    if (value !== undefined && !kind.holds(value)) {
      const name = what === "options" ? option : `${what}.${option}`;
      throw wrongKind(kind, { option: name, value });
    }
  }
}
