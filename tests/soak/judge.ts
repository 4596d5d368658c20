/**
 * Whether a client leaks, by what it holds at quiet points: faults undone, load
 * ended, everything that came and went closed, garbage collected.
 *
 * @module
 */
import type { BalancerName } from "../../balancers/mod.ts";

/** What is held at one quiet point. */
export interface QuietPoint {
  /** Sockets of the process. */
  readonly sockets: number;
  /** Connections that the members' proxies have open. */
  readonly connections: number;
  /** Those that the client says it has. */
  readonly ownConnections: number;
  /** Watches that the members hold. */
  readonly serverWatches: number;
  /** Those that were not closed. */
  readonly ownWatches: number;
  /** Leases that the cluster has. */
  readonly serverLeases: number;
  /** Those that are kept alive. */
  readonly ownLeases: number;
  /** Timers that were started and have not ended. */
  readonly timers: number;
  readonly activeTimers: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
}

const MIB = 1024 * 1024;

/**
 * How many connections a client to three members has when all is well. One
 * that moves its pin leaves running streams where they are: two of watches
 * (with and without a leader) and one of leases, besides the pin's.
 */
const CONNECTIONS: Readonly<
  Record<BalancerName, { readonly least: number; readonly most: number }>
> = {
  "grpc1.0": { least: 3, most: 3 },
  "grpc1.7": { least: 1, most: 4 },
  "grpc1.23": { least: 3, most: 3 },
  "adaptive": { least: 3, most: 3 },
};

/** What others hold for the client is what it has, and nothing else. */
const THE_SAME = [
  ["connections", "ownConnections"],
  ["serverWatches", "ownWatches"],
  ["serverLeases", "ownLeases"],
] as const;

/**
 * A retry or a ping may be due in one quiet point and not in another, and each
 * connection has a timer: in an hour 6 to 11 were seen, up and down. What is
 * lost stays lost. So as many points at the end as there are in `TIMERS_LAST`
 * have all to be above the first by more than this.
 */
const TIMERS_MORE = 2;
const TIMERS_LAST = 3;

/** The compiler is at work, and every path is taken for the first time. */
const WARM_UP = 2;

/**
 * The bounds on memory are on medians, as one collection may leave what the
 * next takes. In an hour 17 windows lie between the medians: 100 KiB lost in
 * each make 1.7 MiB.
 */
const GROWTH = [
  ["heapBytes", MIB],
  ["externalBytes", MIB],
  // What the allocator and the compiler keep is not given back at once.
  ["rssBytes", 48 * MIB],
] as const;
const LEAST_TO_COMPARE = 3;

/** The most that memory may grow by between the first and the last third. */
export const HEAP_BOUND_BYTES: number = GROWTH[0][1];

/** What has leaked: empty if nothing has. */
export function judgeLeaks(
  points: readonly QuietPoint[],
  balancer: BalancerName,
): readonly string[] {
  const [first] = points;
  if (first === undefined) return ["nothing was measured"];
  const { least, most } = CONNECTIONS[balancer];
  const others = first.sockets - first.connections;
  return [
    ...firstThat(points, {
      name: "sockets",
      differs: (point) => point.sockets - point.connections !== others,
    }),
    ...firstThat(points, {
      name: "ownConnections",
      differs: ({ ownConnections: connections }) =>
        connections < least || connections > most,
    }),
    ...THE_SAME.flatMap(([name, own]) =>
      firstThat(points, {
        name,
        differs: (point) => point[name] !== point[own],
      })
    ),
    ...(["timers", "activeTimers"] as const).flatMap((name) => {
      const differs = (point: QuietPoint) =>
        point[name] > first[name] + TIMERS_MORE + moreConnections(point, first);
      const last = points.slice(1).slice(-TIMERS_LAST);
      return last.every(differs) ? firstThat(points, { name, differs }) : [];
    }),
    ...GROWTH.flatMap(([name, boundBytes]) => {
      const grown = growth(points.map((point) => point[name]));
      return grown <= boundBytes ? [] : [
        `${name} grew by ${mib(grown)} between the first and the last third; ` +
        `the bound is ${mib(boundBytes)}`,
      ];
    }),
  ];
}

/** The median of the last third less that of the first, without the warm-up. */
export function growth(values: readonly number[]): number {
  const warm = values.slice(WARM_UP);
  if (warm.length < LEAST_TO_COMPARE) return 0;
  const third = Math.floor(warm.length / 3);
  return median(warm.slice(-third)) - median(warm.slice(0, third));
}

function firstThat(
  points: readonly QuietPoint[],
  { name, differs }: {
    readonly name: keyof QuietPoint;
    readonly differs: (point: QuietPoint) => boolean;
  },
): readonly string[] {
  const at = points.findIndex(differs);
  const [first, found, last] = [points[0], points[at], points.at(-1)];
  return first === undefined || found === undefined || last === undefined
    ? []
    : [
      `${name}: ${first[name]} at the first quiet point, ${found[name]} at ` +
      `the ${ordinal(at + 1)}, ${last[name]} at the last`,
    ];
}

function moreConnections(point: QuietPoint, first: QuietPoint): number {
  return Math.max(0, point.connections - first.connections);
}

function ordinal(at: number): string {
  const ending = new Intl.PluralRules("en", { type: "ordinal" }).select(at);
  return `${at}${
    { one: "st", two: "nd", few: "rd" }[ending as string] ?? "th"
  }`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(2)} MiB`;
}
