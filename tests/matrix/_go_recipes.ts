// Go's own recipes, as a program beside a test.
import {
  findGoProgram,
  type GoProgram,
  whyNoGoProgram,
} from "../harness/programs/go_program.ts";
import { RunningProgram } from "../failover/recipes/_running.ts";
import { cluster } from "../failover/_one_member.ts";

const RECIPES: GoProgram = {
  name: "recipes",
  sources: [new URL("../../bench/peers/recipes.go", import.meta.url)],
};
const missing = await whyNoGoProgram(RECIPES);

/** A test that needs Go's recipes; it is left out, with the reason, without. */
export function besideGo(name: string, fn: () => Promise<void>): void {
  const why = missing === undefined ? "" : ` (${missing})`;
  Deno.test({ name: `${name}${why}`, ignore: missing !== undefined, fn });
}

/** What Go's program is told. */
export interface GoOptions {
  /** The name of the queue, lock or barrier. */
  readonly name: string;
  /** How often it does it. @default {1} */
  readonly count?: number;
  /** The start of the values. @default {"go"} */
  readonly tag?: string;
  /** The pause between two items, such as `5ms`. @default {none} */
  readonly pause?: string;
}

/** Starts the program. */
export async function startGo(
  mode: string,
  options: GoOptions,
): Promise<RunningProgram> {
  const flags = Object.entries(options)
    .flatMap(([flag, value]) => [`-${flag}`, String(value)]);
  const path = await findGoProgram(RECIPES);
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      'exec "$0" "$@"',
      path,
      "-endpoints",
      cluster.endpoints.join(),
      ...flags,
      mode,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new RunningProgram(child);
}

/** Several of the program that run until they have ended by themselves. */
export async function goIsDone(
  programs: readonly RunningProgram[],
): Promise<readonly string[]> {
  for (const program of programs) await program.ended();
  return programs.flatMap(({ lines }) => lines);
}

/** The items that consumers of the program have got. */
export function itemsOf(
  programs: readonly RunningProgram[],
): readonly string[] {
  return programs.flatMap(({ lines }) => lines).flatMap((line) =>
    line.startsWith("got ") ? [line.slice("got ".length)] : []
  );
}
