import type { ConformanceRun } from "../../tools/tasks/_runtimes_page.ts";

/** Where the runs are told, a line of JSON each; set by the task. */
const REPORT = Deno.env.get("ETCDENO_RUNTIMES_REPORT");

/** Tells of one run, if somebody wants to know. */
export async function report(run: ConformanceRun): Promise<void> {
  if (REPORT === undefined) return;
  await Deno.writeTextFile(REPORT, `${JSON.stringify(run)}\n`, {
    append: true,
  });
}
