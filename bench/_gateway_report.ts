import { markdownTable, wrap } from "../tools/output/mod.ts";
import { type Spread, spread } from "./_statistics.ts";
import { rangeText } from "./_tables.ts";

/** The figures of one round of a load. */
export interface GatewaySample {
  readonly perSecond: number;
  /** Of the gateway, for a unit of the load; 0 where there is none. */
  readonly cpuSeconds: number;
}

/** The figures of one way to the server. */
export interface GatewayFigures {
  readonly name: string;
  /** MiB per second of one connection; the unit is a GiB. */
  readonly bytes: readonly GatewaySample[];
  /** Connections per second; the unit is a thousand. */
  readonly connections: readonly GatewaySample[];
}

/** Between these lines of a file stands what `--markdown=FILE` writes. */
export const GATEWAY_MARKS = {
  begin: "<!-- gateway:begin -->",
  end: "<!-- gateway:end -->",
} as const;

/** The way of measuring and the figures, as `deno fmt` would have them. */
export function renderGateway(
  about: string,
  figures: readonly GatewayFigures[],
): string {
  const rows = figures.map(({ name, bytes, connections }) => [
    name,
    ...[bytes, connections].flatMap((samples) => [
      rangeText(spread(samples.map(({ perSecond }) => perSecond))),
      secondsText(spread(samples.map(({ cpuSeconds }) => cpuSeconds))),
    ]),
  ]);
  const head = ["", "MiB/s", "CPU s/GiB", "connections/s", "CPU s/1 000"];
  const lines = wrap(about, { width: 80, lead: "" });
  return [...lines, "", ...markdownTable([head, ...rows]), ""].join("\n");
}

function secondsText(seconds: Spread | undefined): string {
  return seconds?.most ? seconds.median.toFixed(2) : "";
}
