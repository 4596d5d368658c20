/** Where the package may get time and randomness from. */
import type { Fixture } from "./_fixture.ts";

const rule = "given-clock";

/** What the rule objects to. */
export const BAD_CLOCKS: readonly Fixture[] = [
  "setTimeout(() => {}, 5);",
  "setInterval(() => {}, 5);",
  "export const at = performance.now();",
  "export const now = performance.now;",
  "export const draw = Math.random();",
  "export const signal = AbortSignal.timeout(5);",
].map((source) => ({ rule, about: source, path: "api/kv/kv.ts", source }));

/** What it accepts. */
export const GOOD_CLOCKS: readonly Fixture[] = [
  {
    rule,
    about: "a socket's own limit, and the time of day",
    path: "gateway/sockets/a.ts",
    source: "socket.setTimeout(5); export const day = Date.now();",
  },
  ...["balancers/transport/_clock.ts", "tests/harness/a.ts", "bench/main.ts"]
    .map((
      path,
    ): Fixture => ({
      rule,
      about: `a timer in ${path}`,
      path,
      source: "setTimeout(() => {}, performance.now() * Math.random());",
    })),
];
