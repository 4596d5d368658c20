import { note } from "../../tools/output/mod.ts";
import type { Program } from "../programs/program.ts";
import type { BenchResult } from "../report/result.ts";
import type { ReadyProgram } from "./rounds.ts";

/** Gets programs ready, and tells which cannot be had here. */
export async function prepareReady(
  programs: readonly Program[],
): Promise<{
  readonly ready: readonly ReadyProgram[];
  readonly missing: BenchResult["missing"];
}> {
  const ready: ReadyProgram[] = [];
  const missing: { title: string; reason: string }[] = [];
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
