/**
 * What the soak and its client program tell each other, a line of JSON each:
 * an order on standard input, its answer on standard output.
 *
 * @module
 */
import type { BalancerName } from "../../balancers/mod.ts";
import type { TransportName } from "../../balancers/transport/mod.ts";

/** The argument of the program. */
export interface ClientSettings {
  readonly endpoints: readonly string[];
  readonly balancer: BalancerName;
  readonly transport: TransportName;
  readonly seed: number;
}

/** Every order by its name: what it needs, and what is answered. */
export interface Orders {
  /** Load begins; `after` is the revision before the window's first. */
  readonly load: {
    readonly needs: { readonly window: number; readonly after: string };
    readonly answer: Record<never, never>;
  };
  /** Load ends, and all that came and went is closed. */
  readonly rest: {
    readonly needs: Record<never, never>;
    readonly answer: Record<never, never>;
  };
  /** The watches have got as far as `through`; the window is told, and dropped. */
  readonly tell: {
    readonly needs: { readonly through: string };
    readonly answer: WindowReport;
  };
  /** What the client holds after a collection. */
  readonly measure: {
    readonly needs: Record<never, never>;
    readonly answer: Held;
  };
  /** All is closed; what is left is told. */
  readonly end: {
    readonly needs: Record<never, never>;
    readonly answer: Held;
  };
}

/** An order as it is sent. */
export type Order = {
  readonly [Name in keyof Orders]:
    & { readonly name: Name }
    & Orders[Name]["needs"];
}[keyof Orders];

/** A write by the token in its value, and the revision it was told. */
export interface AckedWrite {
  readonly token: string;
  readonly revision: string;
}

/** What a window was like. */
export interface WindowReport {
  readonly calls: number;
  /** How often calls ended with an error, by its class and code. */
  readonly errors: Readonly<Record<string, number>>;
  /** How often watches reconnected. */
  readonly reconnects: number;
  /** Watches judged, those that came and went included. */
  readonly watches: number;
  readonly locks: number;
  readonly leases: number;
  readonly acked: readonly AckedWrite[];
  /** Tokens of writes that promise they were not applied. */
  readonly refused: readonly string[];
  /** What one watch of all keys had: revisions and their events. */
  readonly revisions: readonly (readonly [string, readonly string[]])[];
  /** Kept leases that were lost, and why that is no fault. */
  readonly lostLeases: readonly string[];
  /** What must not be. */
  readonly faults: readonly string[];
}

/** What the program holds, as it knows itself. */
export interface Held {
  readonly heapBytes: number;
  readonly externalBytes: number;
  /** Timers that were started by the client's code and have not ended. */
  readonly timers: number;
  /** Timers, whoever started them, that keep the program alive. */
  readonly activeTimers: number;
  /** Connections of the client that stays, by its own count. */
  readonly connections: number;
  /** Whether none of its connections is being made, or is to be made again. */
  readonly settled: boolean;
  /** Leases that are kept alive. */
  readonly leases: number;
  /** Watches that stay. */
  readonly watches: number;
}
