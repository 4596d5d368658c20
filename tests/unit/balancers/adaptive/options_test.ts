import { assert, assertStrictEquals, assertThrows } from "@std/assert";
import {
  adaptive,
  type AdaptiveOptions,
} from "../../../../balancers/adaptive/mod.ts";
import {
  BALANCER_NAMES,
  resolveBalancer,
} from "../../../../balancers/by_name.ts";
import { InvalidOptionError } from "../../../../errors/mod.ts";

const REFUSED: readonly [string, unknown, string][] = [
  ["watchMs", 99, "a number from 100 to 60000"],
  ["watchMs", 60_001, "a number from 100 to 60000"],
  ["watchMs", NaN, "a number from 100 to 60000"],
  ["watchMs", "1000", "a number from 100 to 60000"],
  ["lateFloorMs", 9, "a number from 10 to 2000"],
  ["lateFloorMs", Infinity, "a number from 10 to 2000"],
  ["probeFloorMs", 49, "a number from 50 to 2000"],
  ["probeFloorMs", 2_001, "a number from 50 to 2000"],
  ["hedgeShare", -0.1, "a number from 0 to 1"],
  ["hedgeShare", 1.1, "a number from 0 to 1"],
  ["freshMs", -1, "a number from 0 to 60000"],
  ["writesToLeader", 1, "true or false"],
  [
    "watchms",
    1,
    "absent: there is no such option, only writesToLeader, watchMs, lateFloorMs, probeFloorMs, hedgeShare, freshMs",
  ],
];

for (const [option, value, expected] of REFUSED) {
  Deno.test(`adaptive() refuses ${option} = ${value} by its name when it is called`, () => {
    const error = assertThrows(
      () => adaptive({ [option]: value }),
      InvalidOptionError,
    );
    assertStrictEquals(error.option, option);
    assertStrictEquals(
      error.message,
      `Cannot use the options: '${option}' must be ${expected}: current value is ${
        typeof value === "string" ? JSON.stringify(value) : value
      }`,
    );
  });
}

Deno.test("adaptive() refuses what is no options", () => {
  for (const value of [null, 1, "adaptive"]) {
    assertThrows(
      () => adaptive(value as unknown as AdaptiveOptions),
      InvalidOptionError,
      "'options' must be an object",
    );
  }
});

Deno.test("adaptive() takes each option at its limits, and absent ones as undefined", () => {
  for (
    const options of [
      { watchMs: 100, lateFloorMs: 10, probeFloorMs: 50, hedgeShare: 0 },
      { watchMs: 60_000, lateFloorMs: 2_000, probeFloorMs: 2_000 },
      { hedgeShare: 1, freshMs: 60_000, writesToLeader: true },
      { freshMs: 0, writesToLeader: false },
      { watchMs: undefined },
    ] as AdaptiveOptions[]
  ) {
    const strategy = adaptive(options)({ dialTimeoutMs: 1_000 });
    assertStrictEquals(strategy.name, "adaptive");
  }
});

Deno.test("adaptive() makes a strategy of its own for each client", () => {
  const factory = adaptive();
  const options = { dialTimeoutMs: 1_000 };
  assert(factory(options) !== factory(options));
});

Deno.test("resolveBalancer() knows adaptive by its name", () => {
  assertStrictEquals(BALANCER_NAMES.at(-1), "adaptive");
  const strategy = resolveBalancer("adaptive")({ dialTimeoutMs: 1_000 });
  assertStrictEquals(strategy.name, "adaptive");
});
