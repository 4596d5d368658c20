/** Strategies and transports by the words that reports have for them. */
import {
  DEFAULT_TRANSPORT,
  type TransportName,
} from "../../../tests/scenarios/transports.ts";
import type { Subject } from "../../../tests/scenarios/scenario.ts";
import type { CellHead, CompareResult } from "./_result.ts";

/** `grpc1.7`, or `grpc1.7 over http2` where a transport was asked for. */
export function strategyOver(
  { strategy, transport }: Pick<CellHead, "strategy" | "transport">,
): string {
  return transport === undefined ? strategy : `${strategy} over ${transport}`;
}

/** All of a result, in the order of their turns: the columns of a table. */
export function strategiesOver(
  { cells, options }: Pick<CompareResult, "cells" | "options">,
): readonly string[] {
  const { strategies, transports = [] } = options;
  return areTransportsNamed(cells)
    ? strategies.flatMap((strategy) =>
      transports.map((transport) => strategyOver({ strategy, transport }))
    )
    : strategies;
}

/** Whether the cells say over which transport they ran. */
export function areTransportsNamed(
  cells: readonly Pick<CellHead, "transport">[],
): boolean {
  return cells.some(({ transport }) => transport !== undefined);
}

/** The names of the strategies, each once. */
export function strategiesOf(subjects: readonly Subject[]): readonly string[] {
  return [...new Set(subjects.map(({ name }) => name))];
}

/** The transports they run over, each once. */
export function transportsOf(
  subjects: readonly Subject[],
): readonly TransportName[] {
  return [
    ...new Set(
      subjects.map(({ transport }) => transport ?? DEFAULT_TRANSPORT),
    ),
  ];
}
