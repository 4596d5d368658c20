/** One thing that is measured. */
export interface Operation {
  /** The operation's name on command lines, those of the programs included. */
  readonly name: string;
  /** The operation's name for people. */
  readonly title: string;
  /** The name of the work it does over TLS; missing without TLS. */
  readonly overTls?: string;
  /** The numbers in flight at once, unless the command line says so. */
  readonly inFlight: readonly number[];
  /** Whether that is for the command line to say. */
  readonly fixedInFlight?: boolean;
  /** The number of operations in one run. */
  readonly count: number;
}

/** The operations, in the order of the tables. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: "serget",
    title: "serializable get",
    inFlight: [64],
    count: 20_000,
  },
  {
    name: "linget",
    title: "linearizable get",
    inFlight: [1, 64, 256],
    count: 20_000,
  },
  { name: "put", title: "put 256 B", inFlight: [1, 64, 256], count: 20_000 },
  {
    name: "linget-tls",
    title: "linearizable get over TLS",
    overTls: "linget",
    inFlight: [64],
    count: 20_000,
  },
  {
    name: "put-tls",
    title: "put 256 B over TLS",
    overTls: "put",
    inFlight: [64],
    count: 20_000,
  },
  {
    name: "put1k",
    title: "put 1 KiB, unique keys",
    inFlight: [64],
    count: 8_000,
  },
  { name: "txn64", title: "txn of 64 gets", inFlight: [16], count: 3_000 },
  {
    name: "range1000",
    title: "range of 1 000 keys",
    inFlight: [8],
    count: 500,
  },
  {
    name: "watch",
    title: "event to 1 watcher",
    inFlight: [1],
    fixedInFlight: true,
    count: 100_032,
  },
  {
    name: "watch1000",
    title: "event to 1 000 watchers",
    inFlight: [1],
    fixedInFlight: true,
    count: 500_000,
  },
  {
    name: "lease1000",
    title: "renewal, 1 000 leases",
    inFlight: [1],
    fixedInFlight: true,
    count: 1,
  },
  {
    name: "connect",
    title: "connect and first get",
    inFlight: [1],
    fixedInFlight: true,
    count: 1_000,
  },
];

/** One operation with so many in flight. */
export interface Work {
  readonly operation: Operation;
  readonly inFlight: number;
  readonly count: number;
}

// Calls one after another take about as many times as long.
const ALONE_SHARE = 5;

/** Every operation at every number in flight that was asked for. */
export function workOf({ operations, inFlight, count, share = 1 }: {
  readonly operations: readonly Operation[];
  /** For the operations that leave it open. */
  readonly inFlight?: readonly number[] | undefined;
  /** For all operations, in place of their own. */
  readonly count?: number | undefined;
  /** The part of their own counts that is run. @default {1} */
  readonly share?: number;
}): readonly Work[] {
  return operations.flatMap((operation) =>
    (operation.fixedInFlight ? operation.inFlight : inFlight ??
      operation.inFlight).map((each) => {
        const alone = each === 1 && !operation.fixedInFlight;
        const own = operation.count * share / (alone ? ALONE_SHARE : 1);
        return {
          operation,
          inFlight: each,
          count: count ?? Math.max(Math.round(own), 1),
        };
      })
  );
}
