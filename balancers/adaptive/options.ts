import { InvalidOptionError } from "../../errors/invalid_option_error.ts";

/** The options of {@linkcode adaptive}. */
export interface AdaptiveOptions {
  /**
   * Whether writes go to the leader, where it is known. That saves a hop, and
   * the write that a silent follower would leave in doubt; the leader has all
   * the work. @default {false}
   */
  readonly writesToLeader?: boolean;
  /**
   * The interval at which a member that carries calls or streams is asked for
   * proof that it serves, unless the answers of calls are proof, in
   * milliseconds, from 100 to 60_000. A fault of a member that only carries
   * streams is noticed about this much later. On a connection that is quiet
   * for a minute it is 2_250 at least. @default {1_250}
   */
  readonly watchMs?: number;
  /**
   * A read that is not answered is never sent to a second member before this,
   * in milliseconds, from 10 to 2_000. @default {150}
   */
  readonly lateFloorMs?: number;
  /**
   * A member is never left for being silent before this, while others answer,
   * in milliseconds, from 50 to 2_000. @default {250}
   */
  readonly probeFloorMs?: number;
  /**
   * The reads that may be sent to a second member, as a share of all calls,
   * from 0 to 1; 0: none. @default {0.1}
   */
  readonly hedgeShare?: number;
  /**
   * A write goes to a member that has proven within this time that it serves.
   * If none has, they are asked before. In milliseconds, from 0 to 60_000;
   * 0: nobody is asked. @default {2_000}
   */
  readonly freshMs?: number;
}

/** The options, each with its value. */
export type ResolvedAdaptiveOptions = Required<AdaptiveOptions>;

const DEFAULTS: ResolvedAdaptiveOptions = {
  writesToLeader: false,
  watchMs: 1_250,
  lateFloorMs: 150,
  probeFloorMs: 250,
  hedgeShare: 0.1,
  freshMs: 2_000,
};

interface Range {
  readonly least: number;
  readonly most: number;
}

const RANGES: Readonly<
  Record<Exclude<keyof AdaptiveOptions, "writesToLeader">, Range>
> = {
  watchMs: { least: 100, most: 60_000 },
  lateFloorMs: { least: 10, most: 2_000 },
  probeFloorMs: { least: 50, most: 2_000 },
  hedgeShare: { least: 0, most: 1 },
  freshMs: { least: 0, most: 60_000 },
};

/**
 * Checks the options and fills in what is not given.
 *
 * @throws {InvalidOptionError} If one is out of its range, or there is none of
 * that name.
 */
export function resolveAdaptiveOptions(
  options: AdaptiveOptions,
): ResolvedAdaptiveOptions {
  if (typeof options !== "object" || options === null) {
    throw new InvalidOptionError("options", options, { expected: "an object" });
  }
  const given = Object.entries(options)
    .filter(([, value]) => value !== undefined);
  for (const [name, value] of given) check(name, value);
  return Object.freeze({ ...DEFAULTS, ...Object.fromEntries(given) });
}

function check(name: string, value: unknown): void {
  if (name === "writesToLeader") {
    if (typeof value === "boolean") return;
    throw new InvalidOptionError(name, value, { expected: "true or false" });
  }
  const range = Object.hasOwn(RANGES, name)
    ? RANGES[name as keyof typeof RANGES]
    : undefined;
  if (range === undefined) {
    const known = Object.keys(DEFAULTS).join(", ");
    throw new InvalidOptionError(name, value, {
      expected: `absent: there is no such option, only ${known}`,
    });
  }
  const { least, most } = range;
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new InvalidOptionError(name, value, {
    expected: `a number from ${least} to ${most}`,
  });
}
