import type { Runtime } from "../../tools/output/mod.ts";
import type { CodecMeasured } from "../codec/mod.ts";
import type { Cell, NotMeasured } from "../rounds/mod.ts";
import type { ScaleMeasured } from "../scale/mod.ts";

/** One operation with so many in flight, by every program that has it. */
export interface Measured {
  readonly operation: string;
  readonly title: string;
  readonly inFlight: number;
  /** The number of operations in one run; programs that batch have more. */
  readonly count: number;
  readonly cells: readonly Cell[];
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
  readonly missing: readonly NotMeasured[];
  readonly calls: readonly Measured[];
  readonly codec: readonly CodecMeasured[];
  readonly scale: readonly ScaleMeasured[];
}
