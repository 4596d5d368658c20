import type { SubConnection } from "../../../../balancers/sub_connection.ts";

/** How a client is to call. */
export interface Load {
  readonly method: string;
  readonly deadlineMs: number;
  /** The pause between two calls of one caller. */
  readonly pauseMs?: number;
}

/** What came of the calls. */
export interface Tally {
  calls: number;
  failed: number;
  /** Writes that failed, and may have been applied. */
  inDoubt: number;
  longestMs: number;
  hedges: number;
  /** Attempts by the endpoint they went to. */
  readonly attempts: Map<string, number>;
}

/** A call of the client. */
export interface Call {
  readonly load: Load;
  readonly beganAtMs: number;
  readonly runs: Set<Run>;
  readonly tried: SubConnection[];
  sent: boolean;
  done: boolean;
}

/** One attempt of a call. */
export interface Run {
  readonly connection: SubConnection;
  readonly epoch: number;
  readonly beganAtMs: number;
  readonly call: Call;
}

/** Whether it may be sent again at once. */
export function reads({ load }: Call): boolean {
  return load.method === "KV.Range";
}
