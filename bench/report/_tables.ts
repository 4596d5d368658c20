/** A result as Markdown, for a terminal and for docs/measured/. */
import { markdownTable } from "../../tools/output/mod.ts";
import { OPERATIONS } from "../programs/mod.ts";
import type { BenchResult, Measured } from "./result.ts";
import type { Cell, Sample } from "../rounds/mod.ts";
import { type Spread, spread } from "./statistics.ts";

type Figure = keyof Sample;
const FLOOR = "grpc-js";
const GO = "go";

/** A figure of every operation, a column for each program. */
export function overview(
  { calls, programs }: BenchResult,
  figure: "opsPerSecond" | "cpuMicros",
): string[] {
  return markdownTable([
    ["", ...programs.map(({ title }) => title)],
    ...calls.map((measured) => [
      nameOf(measured),
      ...programs.map(({ name }) =>
        medianText(of(cellOf(measured, name), figure))
      ),
    ]),
  ]);
}

/** Everything, a row for each cell. */
export function everything({ calls, programs }: BenchResult): string[] {
  return markdownTable([
    [
      "operation",
      "client",
      "op/s",
      "p50 ms",
      "p99 ms",
      "CPU µs/op",
      "CPU, × bare grpc-js",
      "CPU, × Go",
      "op/s, × Go",
      "peak MiB",
    ],
    ...calls.flatMap((measured) =>
      measured.cells.map((cell) => [
        nameOf(measured),
        programs.find(({ name }) => name === cell.program)?.title ?? "",
        rangeText(of(cell, "opsPerSecond")),
        ...(["p50Micros", "p99Micros"] as const).map((figure) =>
          medianText(of(cell, figure), 1_000)
        ),
        rangeText(of(cell, "cpuMicros")),
        ratioText("cpuMicros", { cell, base: cellOf(measured, FLOOR) }),
        ratioText("cpuMicros", { cell, base: cellOf(measured, GO) }),
        // Renewals come as often as the leases are long.
        measured.operation === "lease1000"
          ? ""
          : ratioText("opsPerSecond", { cell, base: cellOf(measured, GO) }),
        medianText(of(cell, "peakMiB")),
      ])
    ),
  ]);
}

/** The codec beside the other one. */
export function codecTable({ codec }: BenchResult): string[] {
  return markdownTable([
    ["codec", "bytes", "ours µs", "protobuf-es µs", "time, × protobuf-es"],
    ...codec.map(({ title, bytes, oursMicros, protobufEsMicros }) => {
      const ours = spread(oursMicros);
      const theirs = spread(protobufEsMicros);
      return [
        title,
        numberText(bytes),
        rangeText(ours),
        rangeText(theirs),
        ours && theirs ? (ours.median / theirs.median).toFixed(2) : "",
      ];
    }),
  ]);
}

/** Very many of something on one client. */
export function scaleTable({ scale }: BenchResult): string[] {
  return markdownTable([
    [
      "one client",
      "",
      "count",
      "seconds",
      "CPU s",
      "MiB before",
      "peak MiB",
      "",
    ],
    ...scale.map((each) => [
      each.title,
      each.client,
      numberText(each.count),
      each.seconds.toFixed(1),
      each.cpuSeconds.toFixed(1),
      each.beforeMiB.toFixed(0),
      each.peakMiB.toFixed(0),
      each.remark,
    ]),
  ]);
}

/** An operation with what is in flight, where that is not its own matter. */
export function nameOf(
  { operation, title, inFlight }: Pick<
    Measured,
    "operation" | "title" | "inFlight"
  >,
): string {
  const { fixedInFlight } = OPERATIONS.find(({ name }) => name === operation) ??
    {};
  return fixedInFlight ? title : `${title}, ${inFlight} in flight`;
}

function cellOf(measured: Measured, program: string): Cell | undefined {
  return measured.cells.find((cell) => cell.program === program);
}

function of(cell: Cell | undefined, figure: Figure): Spread | undefined {
  return spread(cell?.samples.map((sample) => sample[figure]) ?? []);
}

// Of each round its own: a machine that changes its speed does so for all that
// take their turns within it.
function ratioText(
  figure: Figure,
  { cell, base }: { readonly cell: Cell; readonly base: Cell | undefined },
): string {
  const ratio = spread(cell.samples.map((sample, round) => {
    const own = sample[figure];
    const other = base?.samples[round]?.[figure];
    return own && other ? own / other : undefined;
  }));
  return ratio?.median.toFixed(2) ?? "";
}

function medianText(figure: Spread | undefined, divisor = 1): string {
  return figure === undefined ? "" : numberText(figure.median / divisor);
}

/** The median, and how far the others are from it. */
export function rangeText(figure: Spread | undefined): string {
  if (figure === undefined) return "";
  const { median, least, most } = figure;
  if (least === most) return numberText(median);
  return `${numberText(median)} (${numberText(least)}–${numberText(most)})`;
}

/** Three digits or more, thousands apart. */
function numberText(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toFixed(digits).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}
