import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { OptionKind } from "./_kinds.ts";

/** The error of a value that is not of a kind, or a part of which is not. */
export function wrongKind(
  kind: OptionKind,
  given: { readonly option: string; readonly value: unknown },
): InvalidOptionError {
  const part = kind.part?.(given.value);
  const { expected } = part ?? kind;
  const { value } = part ?? given;
  const option = part === undefined
    ? given.option
    : `${given.option}.${part.name}`;
  return kind.hidden === true
    ? new InvalidOptionError(option, undefined, {
      expected,
      shown: `of type ${typeof value}`,
    })
    : new InvalidOptionError(option, value, { expected });
}
