/** Durations as Go's flags have them, such as `1m30s` and `250ms`. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const DURATION = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Milliseconds, or `undefined` if it is no duration or below zero. */
export function parseGoDuration(text: string): number | undefined {
  const unsigned = text.replace(/^\+/, "");
  if (unsigned === "0") return 0;
  if (!DURATION.test(unsigned)) return undefined;
  let ms = 0;
  for (const [, figure, unit = ""] of unsigned.matchAll(PART)) {
    ms += Number(figure) * (UNIT_MS[unit] ?? NaN);
  }
  return ms;
}

/** A duration as Go prints it: `1m30s`, `1.5s`, `250ms`. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 1) return `${trim(ms * 1_000)}µs`;
  if (ms < 1_000) return `${trim(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms % 3_600_000 / 60_000);
  const seconds = `${trim(ms % 60_000 / 1_000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** Without the noise of binary fractions. */
function trim(figure: number): string {
  return String(Number(figure.toFixed(6)));
}
