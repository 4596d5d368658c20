import { assertRejects } from "@std/assert";
import { EtcdError } from "../../mod.ts";
import { CALL_CHECKS } from "./_calls.ts";
import { type Check, failureText } from "./_check.ts";
import type { Column } from "./_column.ts";
import { COLUMNS } from "./columns.ts";
import { LOSS_CHECKS } from "./_losses.ts";
import { Subject } from "./_subject.ts";
import { WAIT_CHECKS } from "./_waits.ts";

/** The rows of the table, in its order. */
const CHECKS: readonly Check[] = [
  ...CALL_CHECKS,
  ...WAIT_CHECKS,
  ...LOSS_CHECKS,
];

/** Where the results go, a line of JSON each; set by the task. */
const REPORT = Deno.env.get("ETCDENO_SERVERS_REPORT");

/**
 * Defines the tests of one column. Where it cannot be had they are left out,
 * and say why.
 */
export function checkColumn(
  column: Column,
  { missing }: { readonly missing?: string | undefined } = {},
): void {
  if (missing !== undefined) {
    Deno.test.ignore(`${column.name} | not run: ${missing}`, () => {});
    return;
  }
  let subject: Subject;
  Deno.test.beforeAll(async () => {
    subject = await Subject.start(column);
  });
  Deno.test.afterAll(async () => {
    await subject[Symbol.asyncDispose]();
  });
  for (const [rowAt, { title, run }] of CHECKS.entries()) {
    Deno.test(`${column.name} | ${title}`, async () => {
      const refusal = column.refuses?.[title];
      const text = refusal === undefined
        ? await run(subject)
        : await refused(() => run(subject), refusal);
      if (REPORT === undefined) return;
      const cell = {
        column: column.name,
        columnAt: COLUMNS.indexOf(column),
        setup: column.setup,
        version: subject.front.version,
        title,
        rowAt,
        text,
        of: COLUMNS.length * CHECKS.length,
      };
      await Deno.writeTextFile(REPORT, `${JSON.stringify(cell)}\n`, {
        append: true,
      });
    });
  }
}

/** What is told of a check that the server refuses in these words. */
async function refused(
  run: () => Promise<string>,
  words: string,
): Promise<string> {
  const error = await assertRejects(run, EtcdError, words);
  return `– ${failureText(error)}: ${words}`;
}
