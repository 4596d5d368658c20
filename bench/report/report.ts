import { counted, measuredWith, wrap } from "../../tools/output/mod.ts";
import type { BenchResult } from "./result.ts";
import {
  codecTable,
  everything,
  nameOf,
  overview,
  scaleTable,
} from "./_tables.ts";

const PROSE = { width: 80, lead: "" } as const;

/** A result as `deno fmt` would have it. */
export function renderReport(result: BenchResult): string {
  const { calls, codec, scale } = result;
  const blocks = [wrap(about(result), PROSE)];
  if (calls.length > 0) {
    blocks.push(
      ["Operations per second:"],
      overview(result, "opsPerSecond"),
      ["The client's own CPU time, in µs for one operation:"],
      overview(result, "cpuMicros"),
    );
  }
  if (codec.length > 0) blocks.push(codecTable(result));
  if (scale.length > 0) blocks.push(scaleTable(result));
  for (const line of gaps(result)) blocks.push(wrap(line, PROSE));
  if (calls.length > 0) {
    blocks.push(
      [
        "<details>",
        "<summary>With ranges, latency, memory, and ratios within a round</summary>",
      ],
      everything(result),
      ["</details>"],
    );
  }
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function about({ runtime, etcd, rounds, calls }: BenchResult): string {
  // The steps of the scale are done once.
  const once = rounds === 1 || calls.length === 0;
  const members = counted(etcd.members, "member");
  return measuredWith(runtime, {
    server: `etcd ${etcd.version} with ${members} on the same machine`,
    remarks: [
      once ? "one round" : `median of ${rounds} interleaved rounds`,
    ],
  });
}

/** The cells that are left blank, and why. */
function gaps({ missing, calls }: BenchResult): string[] {
  return [
    ...missing.map(({ title, reason }) => `Skipped: ${title}, as ${reason}.`),
    ...calls.flatMap((measured) =>
      measured.cells.flatMap(({ program, failure }) =>
        failure === undefined
          ? []
          : [`Failed: ${nameOf(measured)}, ${program}: ${failure}.`]
      )
    ),
  ];
}
