/**
 * The conformance program: the same on every runtime, over the package as its
 * users import it. Told by a file of JSON what to do; tells a line of JSON for
 * each check. It does not end itself: that nothing holds the process any more
 * is the last of the checks, and the other side's.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { Client } from "@etcdeno/client";
import type { Check, Context, Plan, Told } from "./_check.ts";
import { CHECKS } from "./checks.ts";

const LIMIT_MS = 60_000;

const plan: Plan = JSON.parse(await readFile(process.argv[2] ?? "", "utf8"));
const context = contextOf(plan);
for (const check of CHECKS) {
  if (plan.checks.includes(check.title)) tell(await result(check));
}

function contextOf(plan: Plan): Context {
  const { transport, endpoints, direct, control } = plan;
  const run = crypto.randomUUID();
  let serial = 0;
  return {
    ...plan,
    client: (options = {}) => new Client({ endpoints, transport, ...options }),
    undisturbed: () => new Client({ endpoints: direct, transport }),
    fresh: () => `${run}/${serial++}/`,
    async ask(what) {
      const response = await fetch(control, {
        method: "POST",
        body: JSON.stringify(what),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${what.op}: ${text}`);
    },
  };
}

async function result({ title, run }: Check): Promise<Told> {
  const startedAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`not done after ${LIMIT_MS} ms`);
    timer = setTimeout(() => reject(error), LIMIT_MS);
  });
  try {
    await Promise.race([run(context), late]);
    return { title, ms: performance.now() - startedAt };
  } catch (error) {
    const text = error instanceof Error
      ? error.stack ?? error.message
      : String(error);
    return { title, ms: performance.now() - startedAt, error: text };
  } finally {
    clearTimeout(timer);
  }
}

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
