import type { Runtime } from "../../tools/output/mod.ts";
import type { Cell } from "../rounds/rounds.ts";

/** One operation with so many in flight, by every program that has it. */
export interface Measured {
  readonly operation: string;
  readonly title: string;
  readonly inFlight: number;
  /** The number of operations in one run; programs that batch have more. */
  readonly count: number;
  readonly cells: readonly Cell[];
}

/** One piece of work of the codec, by two codecs in turn. */
export interface CodecMeasured {
  readonly title: string;
  readonly bytes: number;
  /** Of each round. */
  readonly oursMicros: readonly number[];
  readonly protobufEsMicros: readonly number[];
}

/** Very many of something on one client. */
export interface ScaleMeasured {
  /** The client: ours over a transport, or Go's. */
  readonly client: string;
  readonly title: string;
  readonly count: number;
  readonly seconds: number;
  /** CPU time of the process meanwhile. */
  readonly cpuSeconds: number;
  /** Memory of the process before, and the most while it ran. */
  readonly beforeMiB: number;
  readonly peakMiB: number;
  /** A remark besides the figures. */
  readonly remark: string;
}

/** The result that `--json` writes. */
export interface BenchResult {
  readonly startedAt: string;
  readonly runtime: Runtime;
  readonly etcd: { readonly version: string; readonly members: number };
  readonly rounds: number;
  readonly programs: readonly {
    readonly name: string;
    readonly title: string;
  }[];
  readonly missing: readonly {
    readonly title: string;
    readonly reason: string;
  }[];
  readonly calls: readonly Measured[];
  readonly codec: readonly CodecMeasured[];
  readonly scale: readonly ScaleMeasured[];
}
