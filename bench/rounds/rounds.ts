import type { Command, Run, Work } from "../programs/mod.ts";
import { runProgram } from "./run_program.ts";
import type { Sample } from "./sample.ts";

/** A program that is ready. */
export interface ReadyProgram {
  readonly name: string;
  readonly title: string;
  readonly operations: readonly string[];
  readonly countFactor?: number;
  command(run: Run): Command;
}

/** One operation by one program. */
export interface Cell {
  readonly program: string;
  /** One of each round. */
  readonly samples: readonly Sample[];
  /** Why there are fewer. */
  readonly failure?: string;
}

/**
 * Measures one operation with all programs that have it. They take turns, so
 * that what else the machine does hits all alike.
 */
export async function measureInRounds(
  programs: readonly ReadyProgram[],
  { work, rounds, ...reach }: Pick<Run, "endpoints" | "ca"> & {
    readonly work: Work;
    readonly rounds: number;
  },
): Promise<readonly Cell[]> {
  const able = programs.filter(({ operations }) =>
    operations.includes(work.operation.name)
  );
  const samples = able.map((): Sample[] => []);
  const failures = new Map<number, string>();
  for (let round = 0; round < rounds; round++) {
    for (const [at, program] of able.entries()) {
      if (failures.has(at)) continue;
      const factor = work.inFlight === 1 ? 1 : program.countFactor ?? 1;
      try {
        samples[at]?.push(
          await runProgram(program.command({
            ...work,
            count: work.count * factor,
            ...reach,
          })),
        );
      } catch (error) {
        failures.set(at, error instanceof Error ? error.message : `${error}`);
      }
    }
  }
  return able.map(({ name }, at) => {
    const failure = failures.get(at);
    return {
      program: name,
      samples: samples[at] ?? [],
      ...(failure === undefined ? {} : { failure }),
    };
  });
}
