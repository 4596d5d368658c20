/** Result files: that of one server, or those of several in one. */
import { CATALOGUE } from "../../../tests/scenarios/catalogue.ts";
import { UsageError } from "../../output/mod.ts";
import { messageOf } from "./_cells.ts";
import type { CompareResult } from "./_result.ts";

/** The results of several servers in one file, in the order of their runs. */
export interface CompareLab {
  /** Says what this object is. */
  readonly format: "etcdeno-compare-lab";
  /** Grows as that of a result does. */
  readonly formatVersion: 1;
  /** A result for each server. */
  readonly results: readonly CompareResult[];
}
/**
 * The results that a file has, one for each server.
 *
 * @throws {UsageError} If it cannot be read, or is no result; the message
 * begins with the `flag` that named it.
 */
export async function readResults(
  flag: string,
  path: string,
): Promise<readonly CompareResult[]> {
  let content: CompareResult | CompareLab;
  try {
    content = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new UsageError(`${flag} cannot read ${path}: ${messageOf(error)}`);
  }
  const results = content?.format === "etcdeno-compare-lab" &&
      content.formatVersion === 1
    ? content.results
    : [content];
  const isKnown = Array.isArray(results) && results.length > 0 &&
    results.every((result) =>
      result?.format === "etcdeno-compare" && result.formatVersion === 1
    );
  if (!isKnown) {
    throw new UsageError(`${flag} cannot use ${path}: it is no result`);
  }
  return (results as readonly CompareResult[]).map(withFaultClasses);
}

/** Old files do not name the classes of faults: the catalogue does. */
function withFaultClasses(result: CompareResult): CompareResult {
  return {
    ...result,
    cells: result.cells.map((cell) => {
      const { id, title, fault } = cell.scenario;
      const known = CATALOGUE.find((scenario) => scenario.id === id);
      if (cell.scenario.faultClass !== undefined || known === undefined) {
        return cell;
      }
      const { faultClass } = known;
      return { ...cell, scenario: { id, title, faultClass, fault } };
    }),
  };
}
