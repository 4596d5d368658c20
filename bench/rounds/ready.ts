import { note } from "../../tools/output/mod.ts";
import type { Program } from "../programs/mod.ts";
import type { ReadyProgram } from "./rounds.ts";

/** A program that cannot be had here. */
export interface NotMeasured {
  readonly title: string;
  readonly reason: string;
}

/** Gets programs ready, and tells which cannot be had here. */
export async function prepareReady(
  programs: readonly Program[],
): Promise<{
  readonly ready: readonly ReadyProgram[];
  readonly missing: readonly NotMeasured[];
}> {
  const ready: ReadyProgram[] = [];
  const missing: NotMeasured[] = [];
  for (const program of programs) {
    const { title } = program;
    const prepared = await program.prepare();
    if ("missing" in prepared) {
      note(`Skipped: ${title}, as ${prepared.missing}`);
      missing.push({ title, reason: prepared.missing });
    } else {
      ready.push({ ...program, command: prepared });
    }
  }
  return { ready, missing };
}
