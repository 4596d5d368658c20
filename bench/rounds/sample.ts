/** The figures of one run of a program. */
export interface Sample {
  readonly opsPerSecond: number;
  /** CPU time of the program's process for one operation. */
  readonly cpuMicros: number;
  /** Missing if the program does not tell. */
  readonly p50Micros?: number;
  readonly p99Micros?: number;
  /** The most memory its process held; missing off Linux. */
  readonly peakMiB?: number;
}

const LINE =
  /(?<ops>\d+) op\/s cpu (?<cpu>[\d.]+) us\/op(?: p50 (?<p50>\d+) us p99 (?<p99>\d+) us)?$/m;

/** Reads the line a program prints; `undefined` if there is none. */
export function readSample(output: string): Sample | undefined {
  const { ops, cpu, p50, p99 } = LINE.exec(output)?.groups ?? {};
  if (ops === undefined) return undefined;
  return {
    opsPerSecond: Number(ops),
    cpuMicros: Number(cpu),
    ...(p50 === undefined
      ? {}
      : { p50Micros: Number(p50), p99Micros: Number(p99) }),
  };
}
