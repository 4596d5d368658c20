import { markdownTable, wrap } from "../../tools/output/mod.ts";
import { rangeText, type Spread, spread } from "../report/mod.ts";

/** The figures of one round of a load. */
export interface GatewaySample {
  readonly perSecond: number;
  /** Of the gateway, for a unit of the load; 0 where there is none. */
  readonly cpuSeconds: number;
}

/** The memory of a gateway. */
export interface IdleSample {
  /** The number of idle connections. */
  readonly count: number;
  /** Without one. */
  readonly beforeMib: number;
  /** With all of them. */
  readonly mib: number;
}

/** The figures of one way to the server. */
export interface GatewayFigures {
  readonly name: string;
  /** MiB per second of one connection; the unit is a GiB. */
  readonly bytes: readonly GatewaySample[];
  /** Connections per second; the unit is a thousand. */
  readonly connections: readonly GatewaySample[];
  /** Missing where there is no gateway. */
  readonly idle?: IdleSample | undefined;
}

/** Between these lines of a file stands what `--markdown=FILE` writes. */
export const GATEWAY_MARKS = {
  begin: "<!-- gateway:begin -->",
  end: "<!-- gateway:end -->",
} as const;

/**
 * The way of measuring, the figures, and how they compare with those of the
 * way called `etcd gateway`, as `deno fmt` would have them.
 */
export function renderGateway(
  about: string,
  figures: readonly GatewayFigures[],
): string {
  const head = [
    "",
    "MiB/s",
    "CPU s/GiB",
    "connections/s",
    "CPU s/1 000",
    "MiB",
    "MiB, idle connections",
    "KiB each",
  ];
  const rows = figures.map(({ name, bytes, connections, idle }) => [
    name,
    ...[bytes, connections].flatMap((samples) => [
      rangeText(spread(samples.map(({ perSecond }) => perSecond))),
      secondsText(spread(samples.map(({ cpuSeconds }) => cpuSeconds))),
    ]),
    ...idleTexts(idle),
  ]);
  const lines = wrap(about, { width: 80, lead: "" });
  return [
    ...lines,
    "",
    ...markdownTable([head, ...rows]),
    "",
    ...ratios(figures),
  ].join("\n");
}

/** Of each round its own, as the machine may change its speed. */
function ratios(figures: readonly GatewayFigures[]): readonly string[] {
  const base = figures.find(({ name }) => name.startsWith("etcd gateway"));
  if (base === undefined) return [];
  const head = [
    `× ${base.name}`,
    "bytes/s",
    "CPU of bytes",
    "connections/s",
    "CPU of connections",
    "MiB, idle connections",
  ];
  const others = figures.filter((each) => each.idle && each !== base);
  const rows = others.map(({ name, bytes, connections, idle }) => [
    name,
    ...ratioTexts(bytes, base.bytes),
    ...ratioTexts(connections, base.connections),
    idle && base.idle ? (idle.mib / base.idle.mib).toFixed(2) : "",
  ]);
  return [...markdownTable([head, ...rows]), ""];
}

function ratioTexts(
  own: readonly GatewaySample[],
  base: readonly GatewaySample[],
): string[] {
  return (["perSecond", "cpuSeconds"] as const).map((figure) =>
    spread(own.map((sample, round) => {
      const other = base[round]?.[figure];
      return other ? sample[figure] / other : undefined;
    }))?.median.toFixed(2) ?? ""
  );
}

function idleTexts(idle: IdleSample | undefined): string[] {
  if (idle === undefined) return ["", "", ""];
  const { count, beforeMib, mib } = idle;
  const eachKib = (mib - beforeMib) * 1_024 / count;
  return [beforeMib.toFixed(0), mib.toFixed(0), eachKib.toFixed(1)];
}

function secondsText(seconds: Spread | undefined): string {
  return seconds?.most ? seconds.median.toFixed(2) : "";
}
