import process from "node:process";

/** The work that is to be done. */
export interface Workload {
  /** The number of operations. */
  readonly count: number;
  /** The number of operations at once. */
  readonly inFlight: number;
}

/** The figures of a timed workload. */
export interface Figures {
  readonly opsPerSecond: number;
  /** CPU time of this process for one operation. */
  readonly cpuMicros: number;
  /** Missing where no operation has a beginning and an end. */
  readonly p50Micros?: number;
  readonly p99Micros?: number;
}

const WARM_UP_SHARE = 10;

/** Times calls, after a tenth as many that are not counted. */
export async function timeCalls(
  { count, inFlight }: Workload,
  call: (at: number) => Promise<unknown>,
): Promise<Figures> {
  const tookMs = new Float64Array(count);
  const repeat = async (times: number) => {
    let next = 0;
    await Promise.all(Array.from({ length: inFlight }, async () => {
      while (next < times) {
        const at = next++;
        const startedAt = performance.now();
        await call(at);
        tookMs[at] = performance.now() - startedAt;
      }
    }));
  };
  await repeat(Math.ceil(count / WARM_UP_SHARE));
  const figures = await timeAll(count, () => repeat(count));
  tookMs.sort();
  const micros = (share: number) =>
    1_000 * (tookMs[Math.floor((count - 1) * share)] ?? NaN);
  return { ...figures, p50Micros: micros(0.5), p99Micros: micros(0.99) };
}

/** Times something that does `count` operations. */
export async function timeAll(
  count: number,
  work: () => Promise<unknown>,
): Promise<Figures> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return {
    opsPerSecond: count / seconds,
    cpuMicros: (user + system) / count,
  };
}
