/**
 * `deno task compare`: the generations of etcd's client on one cluster, under
 * the same faults, judged against the catalogue of scenarios.
 *
 * A run (`run/`) gives a result (`result/`), and the report (`report/`) is made
 * of the result alone.
 *
 * @module
 */
import { CATALOGUE, QUICK } from "../../tests/scenarios/catalogue.ts";
import { SUBJECTS } from "../../tests/scenarios/subjects.ts";
import {
  checkEtcdVersion,
  type CompareCommand,
  readCompareArgs,
  readStrategyFiles,
} from "./_args.ts";
import type { Known } from "./_choice.ts";
import { compare } from "./_compare.ts";
import { EXIT } from "./_exit.ts";
import { outputFiles } from "./_files.ts";
import { reportFrom } from "./_from.ts";
import { helpText, listText } from "./_help.ts";
import { loadOwnStrategies, withExpectations } from "./_own_strategy.ts";
import { onInterrupt } from "./run/mod.ts";
import {
  paintFor,
  processSink,
  type Sink,
  UsageError,
  userPath,
} from "../output/mod.ts";

const KNOWN: Known = {
  subjects: SUBJECTS,
  scenarios: CATALOGUE,
  quick: QUICK,
};

/** The command: resolves to its exit code. */
export async function main(
  args: readonly string[],
  sinks: { readonly stdout?: Sink; readonly stderr?: Sink } = {},
): Promise<number> {
  const { stdout = processSink("stdout"), stderr = processSink("stderr") } =
    sinks;
  try {
    return await follow(args, { stdout, stderr });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\nSee deno task compare --help\n`);
    return EXIT.usage;
  }
}

async function follow(
  args: readonly string[],
  { stdout, stderr }: { readonly stdout: Sink; readonly stderr: Sink },
): Promise<number> {
  const own = await loadOwnStrategies(readStrategyFiles(args), KNOWN);
  const known: Known = {
    ...KNOWN,
    own: own.map(({ subject }) => subject),
    scenarios: withExpectations(CATALOGUE, own),
  };
  const command = readCompareArgs(args, known);
  switch (command.kind) {
    case "help":
      stdout.write(helpText(KNOWN));
      return EXIT.expected;
    case "list": {
      const layout = { columns: stdout.columns, paint: paintFor(stdout) };
      stdout.write(listText(known.scenarios, layout));
      return EXIT.expected;
    }
    case "report":
      return await report(command, { stdout, stderr });
    case "run": {
      checkEtcdVersion("ETCD_VERSION", Deno.env.get("ETCD_VERSION") || "3.5");
      const files = await outputFiles(command);
      using interrupt = onInterrupt();
      const { signal } = interrupt;
      const { exitCode } = await compare({
        ...command,
        ...files,
        signal,
        stdout,
        stderr,
      });
      return interrupt.exitCode ?? exitCode;
    }
  }
}

async function report(
  { from, ...outputs }: Extract<CompareCommand, { kind: "report" }>,
  sinks: { readonly stdout: Sink; readonly stderr: Sink },
): Promise<number> {
  const files = await outputFiles(outputs);
  const { exitCode } = await reportFrom(from.map(userPath), {
    ...files,
    ...sinks,
  });
  return exitCode;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
