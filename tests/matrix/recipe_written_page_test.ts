// The programs of the pages on update, registration and the leader loop, word for
// word, while the leader of the cluster is killed, and while it is isolated.
import { assert } from "@std/assert";
import type { Client } from "../../mod.ts";
import { waitFor } from "../harness/mod.ts";
import { startThreeMembers } from "../failover/_three_members.ts";
import { underFaults } from "../failover/recipes/_programs.ts";
import type { RunningProgram } from "../failover/recipes/_running.ts";
import { PROGRAM } from "../failover/recipes/_written_page.ts";

startThreeMembers();

const APPLES = 1_000_000;
const BACK = { timeoutMs: 120_000, intervalMs: 50 };

const BEFORE = `
  const runService = (isHealthy: () => boolean): Promise<never> => {
    console.log("healthy", isHealthy());
    return new Promise(() => {});
  };
  let bills = 0;
  const bill = async (signal: AbortSignal): Promise<string> => {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return String(++bills);
  };
`;

function sold({ lines }: RunningProgram): number {
  return lines.filter((line) => line === "sold one").length;
}

function textAt(client: Client, key: string): Promise<string | undefined> {
  return client.get(key, { timeoutMs: 2_000 }).then(
    (kv) => kv?.value.text(),
    () => undefined,
  );
}

/** All parts of the program go on from where they are now. */
async function goesOn(program: RunningProgram, client: Client): Promise<void> {
  const before = sold(program);
  const billed = await textAt(client, "billing/last");
  await waitFor("more apples sold", () => sold(program) > before + 2, BACK);
  await waitFor("another bill", async () => {
    const last = await textAt(client, "billing/last");
    return last !== undefined && last !== billed;
  }, BACK);
  await waitFor(
    "the registration",
    async () => await textAt(client, "svc/web/a") === "10.0.0.7:80",
    BACK,
  );
}

underFaults("update.md, registration.md and leader.md |", PROGRAM, {
  async before({ start, observer }) {
    await observer.put("apples", String(APPLES));
    const program = await start({ before: BEFORE });
    await program.printed("healthy true");
    await goesOn(program, observer);
    await waitFor("the leader", () => program.lines.includes("10.0.0.7"));
    assert(program.lines.includes("web/a is registered"));
    return program;
  },
  during: (program, { observer }) => goesOn(program, observer),
  async after(program, { observer }) {
    await goesOn(program, observer);
    await program[Symbol.asyncDispose]();
    const left = Number(await textAt(observer, "apples"));
    const unsold = APPLES - left - sold(program);
    // The last one may not have been told any more; no other is sold twice.
    assert([0, 1].includes(unsold), `${unsold} more are gone than were sold`);
  },
});
