/** The content of a timeline, in milliseconds from the fault. */
import {
  type CellEvent,
  type CellFigures,
  type CompareCell,
  figuresOf,
} from "../result/mod.ts";

/** The stretch of time and of latency that a scenario's timelines share. */
export interface TimelineScale {
  readonly fromMs: number;
  readonly toMs: number;
  readonly leastLatencyMs: number;
  readonly mostLatencyMs: number;
  /** Whether time is counted from a fault. */
  readonly faulty: boolean;
  /** Whether it is the scale of one timeline, which would be too short else. */
  readonly own: boolean;
}

/** A member's connection in one state, or the pin on it. */
export interface LaneSpan {
  readonly lane: string;
  readonly kind:
    | "pinned"
    | "ready"
    | "connecting"
    | "failing"
    | "idle"
    | "closed";
  readonly fromMs: number;
  readonly toMs: number;
}

/** A recording below this length is drawn on as long an axis. */
const LEAST_SPAN_MS = 20;
const LEAST_LATENCY_MS = 0.1;
/** The least share of the common scale; less is drawn on a scale of its own. */
const LEAST_SHARE = 0.25;

/** The scale of all timelines of a scenario, so that they can be compared. */
export function scaleOf(cells: readonly CompareCell[]): TimelineScale {
  const all = cells.flatMap(figuresOf);
  const latencies = all.flatMap(({ marks }) =>
    marks.map(({ durationMs }) => durationMs)
  );
  const least = Math.max(
    LEAST_LATENCY_MS,
    latencies.reduce((one, other) => Math.min(one, other), 1),
  );
  const most = latencies.reduce((one, other) => Math.max(one, other), 10);
  const fromMs = Math.min(0, ...all.map((figures) => -originOf(figures)));
  return {
    ...withMargins(fromMs, Math.max(...all.map(lastMs), 0)),
    leastLatencyMs: roundDown(least),
    mostLatencyMs: most * 1.5,
    faulty: all.some(({ faultMs }) => faultMs !== null),
    own: false,
  };
}

/**
 * The scale of one timeline: the shared one, or, where the timeline would be
 * short on that, its own stretch of time with the same latencies.
 */
export function scaleFor(
  figures: CellFigures,
  shared: TimelineScale,
): TimelineScale {
  const fromMs = Math.min(0, -originOf(figures));
  const own = withMargins(fromMs, lastMs(figures));
  const share = (own.toMs - own.fromMs) / (shared.toMs - shared.fromMs);
  return figures.marks.length > 0 && share < LEAST_SHARE
    ? { ...shared, ...own, own: true }
    : shared;
}

function withMargins(
  fromMs: number,
  toMs: number,
): Pick<TimelineScale, "fromMs" | "toMs"> {
  const endMs = Math.max(fromMs + LEAST_SPAN_MS, toMs);
  const marginMs = (endMs - fromMs) / 100;
  return { fromMs: fromMs - marginMs, toMs: endMs + marginMs };
}

/** The next lower one of 1, 2, 5, 10 and so on. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1);
}

/** The zero of a cell's timeline, since its recording began. */
export function originOf({ faultMs }: CellFigures): number {
  return faultMs ?? 0;
}

/** When a cell's recording ended, as far as it tells. */
export function endOf(figures: CellFigures, { toMs }: TimelineScale): number {
  const told = figures.marks.length > 0 ||
    figures.events.some(({ kind }) => kind === "delivery");
  return told ? lastMs(figures) : toMs;
}

/** The states of each connection over time, and the member that was pinned. */
export function laneSpans(
  figures: CellFigures,
  { scale, members }: {
    readonly scale: TimelineScale;
    readonly members: readonly string[];
  },
): readonly LaneSpan[] {
  const endMs = endOf(figures, scale);
  const at = (event: CellEvent): number =>
    Math.max(scale.fromMs, event.atMs - originOf(figures));
  const spans = (
    events: readonly CellEvent[],
    kindOf: (event: CellEvent) => LaneSpan["kind"] | undefined,
  ): LaneSpan[] =>
    events.flatMap((event, index) => {
      const kind = kindOf(event);
      const next = events[index + 1];
      const toMs = next === undefined ? endMs : at(next);
      return kind === undefined || event.member === null || toMs <= at(event)
        ? []
        : [{ lane: event.member, kind, fromMs: at(event), toMs }];
    });
  const states = figures.events.filter((event) =>
    connectionStateOf(event) !== undefined
  );
  const pins = figures.events.filter(({ kind }) => kind === "pin");
  const lanes = members.flatMap((member) =>
    spans(states.filter((event) => event.member === member), connectionStateOf)
  );
  return [
    ...lanes,
    ...spans(pins, () => "pinned").flatMap((pin) => whereReady(pin, lanes)),
  ];
}

/** The parts of a pin's time during which its connection can be used. */
function whereReady(pin: LaneSpan, lanes: readonly LaneSpan[]): LaneSpan[] {
  return lanes
    .filter(({ lane, kind }) => lane === pin.lane && kind === "ready")
    .map(({ fromMs, toMs }) => ({
      ...pin,
      fromMs: Math.max(fromMs, pin.fromMs),
      toMs: Math.min(toMs, pin.toMs),
    }))
    .filter(({ fromMs, toMs }) => fromMs < toMs);
}

const STATES = ["ready", "connecting", "failing", "idle", "closed"] as const;

function connectionStateOf(
  { kind }: CellEvent,
): typeof STATES[number] | undefined {
  return STATES.find((state) => state === kind);
}

function lastMs(figures: CellFigures): number {
  const ends = [
    ...figures.marks.map(({ startMs, durationMs }) => startMs + durationMs),
    ...figures.events.map(({ atMs }) => atMs),
    figures.faultEndMs ?? 0,
  ];
  return ends.reduce((one, other) => Math.max(one, other), 0) -
    originOf(figures);
}
