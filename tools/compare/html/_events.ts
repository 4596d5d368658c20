/** The events of a cell, in words. */
import { originOf } from "./_timeline.ts";
import type { CallMark, CellEvent, CellFigures } from "../result/mod.ts";
import { duration } from "../../output/mod.ts";

/** The most events told of one cell. */
const MOST_EVENTS = 40;

/** A failed call: `m1: timeout after 1.00 s, may have been applied`. */
export function failureText(
  { member, code, durationMs, maybeCommitted }: CallMark,
): string {
  const where = member === null ? "" : `${member}: `;
  const maybe = maybeCommitted ? ", may have been applied" : "";
  return `${where}${code ?? "failed"} after ${duration(durationMs)}${maybe}`;
}

/** The failed calls by member and error, and how long the longest took. */
export function failureLines({ marks }: CellFigures): readonly string[] {
  const failed = marks.filter(({ ok }) => !ok);
  const groups = Map.groupBy(
    failed,
    ({ member, code }) => `${code ?? "failed"} at ${member ?? "no member"}`,
  );
  return [...groups].map(([name, calls]) => {
    const longestMs = Math.max(...calls.map(({ durationMs }) => durationMs));
    const maybe = calls.filter(({ maybeCommitted }) => maybeCommitted).length;
    return `${calls.length} × ${name}, up to ${duration(longestMs)}` +
      (maybe > 0 ? `, ${maybe} may have been applied` : "");
  });
}

/**
 * The events besides calls, one line each, and the number of those left out.
 */
export function eventLines(
  figures: CellFigures,
): { readonly lines: readonly string[]; readonly omitted: number } {
  const told = figures.events.filter(({ kind }) =>
    kind !== "delivery" && kind !== "ping"
  );
  const origin = originOf(figures);
  return {
    lines: [
      ...told.slice(0, MOST_EVENTS)
        .map((event) => `${when(event.atMs - origin)}: ${what(event)}`),
      ...pingLines(figures),
    ],
    omitted: Math.max(0, told.length - MOST_EVENTS),
  };
}

/** The number of pings to each member, in one line, if there were any. */
function pingLines({ events }: CellFigures): readonly string[] {
  const pings = events.filter(({ kind }) => kind === "ping");
  const counts = [...Map.groupBy(pings, ({ member }) => member)]
    .map(([member, { length }]) => `${length} to ${member ?? "no member"}`);
  return counts.length === 0 ? [] : [`HTTP/2 pings: ${counts.join(", ")}`];
}

function when(ms: number): string {
  return ms < 0 ? `${duration(-ms)} before` : duration(ms);
}

function what({ kind, member, text }: CellEvent): string {
  const because = text === null ? "" : ` (${text})`;
  switch (kind) {
    case "note":
      return text ?? "";
    case "pin":
      return member === null ? "no pin" : `the pin moves to ${member}`;
    default:
      return `${member ?? "another endpoint"} is ${kind}${because}`;
  }
}
