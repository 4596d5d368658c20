import {
  checkObject,
  checkOneOf,
  oneOf,
  type OptionKinds,
  Signature,
} from "../../api/checks/mod.ts";
import { InvalidOptionError } from "../../errors/mod.ts";
import type { FaultMode, FaultName } from "./fault_mode.ts";

const FIGURE = {
  expected: "a positive number",
  holds: (value: unknown): boolean =>
    typeof value === "number" && Number.isFinite(value) && value > 0,
};

/** The figures that each mode has to come with. */
const FIGURES: Readonly<Record<FaultMode["kind"], readonly string[]>> = {
  pass: [],
  reset: [],
  refuse: [],
  blackhole: [],
  mute: [],
  pause: [],
  hang: [],
  delay: ["delayMs"],
  throttle: ["bytesPerSecond"],
};
const KINDS = Object.keys(FIGURES) as readonly FaultMode["kind"][];
const KIND = oneOf(...KINDS);
const NAMES = KINDS.filter((kind): kind is FaultName =>
  FIGURES[kind].length === 0
);

/**
 * The mode that is set, checked.
 *
 * @throws {InvalidOptionError} If there is no such mode, or a figure of it is
 * not a positive number.
 */
export function modeOf(given: FaultName | FaultMode): FaultMode {
  if (typeof given === "string") {
    const words = NAMES;
    return new Signature("set", {}).take({}, () => ({
      kind: checkOneOf("mode", given, { words }),
    }));
  }
  return new Signature("set", kindsOf(given)).take(given, () => {
    checkObject("mode", given);
    checkOneOf("kind", given.kind, { words: KINDS });
    for (const name of FIGURES[given.kind]) {
      const value: unknown = (given as unknown as OptionKinds)[name];
      if (value === undefined) {
        throw new InvalidOptionError(name, value, FIGURE);
      }
    }
    return given;
  });
}

function kindsOf(given: FaultMode): OptionKinds {
  const figures = FIGURES[given?.kind] ?? [];
  return Object.fromEntries([
    ["kind", KIND],
    ...figures.map((name) => [name, FIGURE] as const),
  ]);
}
