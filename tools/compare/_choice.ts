/** Which cells the command line asks for. */
import {
  TRANSPORT_NAMES,
  type TransportName,
} from "../../tests/scenarios/transports.ts";
import type { Scenario, Subject } from "../../tests/scenarios/scenario.ts";
import { type ComparePlan, turnsOf } from "./result/mod.ts";
import { UsageError } from "../output/mod.ts";

/** The strategies and scenarios that can be asked for by name or number. */
export interface Known {
  readonly subjects: readonly Subject[];
  /** Strategies of the user, which `--strategies` does not choose among. */
  readonly own?: readonly Subject[];
  readonly scenarios: readonly Scenario[];
  /** The numbers of the scenarios of `--quick`. */
  readonly quick: readonly number[];
}

/** The flags that choose, as they were given. */
export interface Choice {
  readonly strategies: string | undefined;
  readonly transport: string | undefined;
  readonly scenarios: string | undefined;
  readonly only: string | undefined;
  readonly quick: boolean;
}

/**
 * The cells that were chosen, without scenarios and strategies that have none.
 *
 * @throws {UsageError} If something is not known, or nothing is left.
 */
export function chooseCells(
  choice: Choice,
  known: Known,
): Pick<ComparePlan, "subjects" | "scenarios" | "only"> {
  const subjects = overTransports([
    ...readSubjects(choice, known),
    ...known.own ?? [],
  ], choice);
  const scenarios = readScenarios(choice, known);
  const { only } = choice;
  if (only === undefined) return { subjects, scenarios };
  const turns = turnsOf({ subjects, scenarios, only });
  if (turns.length === 0) {
    const count = turnsOf({ subjects, scenarios }).length;
    throw new UsageError(
      `--only '${only}' matches none of ${count} cells; --list has their names`,
    );
  }
  return {
    subjects: subjects.filter((one) =>
      turns.some(({ subject }) => subject === one)
    ),
    scenarios: scenarios.filter((one) =>
      turns.some(({ scenario }) => scenario === one)
    ),
    only,
  };
}

function readSubjects(
  { strategies }: Choice,
  { subjects }: Known,
): readonly Subject[] {
  if (strategies === undefined) return subjects;
  return words(strategies).map((name) => {
    const subject = subjects.find((subject) => subject.name === name);
    if (subject === undefined) {
      throw new UsageError(
        `--strategies has '${name}'; known are ${
          subjects.map(({ name }) => name).join(", ")
        }`,
      );
    }
    return subject;
  });
}

/** Each of them over each transport; as they are where none is named. */
function overTransports(
  subjects: readonly Subject[],
  { transport: text }: Choice,
): readonly Subject[] {
  if (text === undefined) return subjects;
  const transports = words(text).map(readTransport);
  return subjects.flatMap((subject) =>
    transports.map((transport) => ({ ...subject, transport }))
  );
}

function readTransport(name: string): TransportName {
  const transport = TRANSPORT_NAMES.find((known) => known === name);
  if (transport !== undefined) return transport;
  throw new UsageError(
    `--transport has '${name}'; known are ${TRANSPORT_NAMES.join(", ")}`,
  );
}

function readScenarios(
  choice: Choice,
  { scenarios, quick }: Known,
): readonly Scenario[] {
  if (choice.scenarios === undefined) {
    return choice.quick
      ? scenarios.filter(({ id }) => quick.includes(id))
      : scenarios;
  }
  return words(choice.scenarios).map((word) => {
    const scenario = scenarios.find(({ id }) =>
      word === String(id) || word === `#${id}`
    );
    if (scenario === undefined) {
      throw new UsageError(
        `--scenarios has '${word}'; known are ${
          scenarios.map(({ id }) => id).join(", ")
        }`,
      );
    }
    return scenario;
  });
}

/** The words of a list, each once. */
export function words(text: string): readonly string[] {
  return [...new Set(text.split(",").map((word) => word.trim()))];
}
