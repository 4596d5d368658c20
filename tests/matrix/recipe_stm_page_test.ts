// The program of docs/recipes/stm.md, word for word and again and again, while the
// leader of the cluster is killed, and while it is isolated.
import { assert, assertEquals } from "@std/assert";
import type { Client } from "../../mod.ts";
import { waitFor } from "../harness/mod.ts";
import { startThreeMembers } from "../failover/_three_members.ts";
import { underFaults } from "../failover/recipes/_programs.ts";
import type { RunningProgram } from "../failover/recipes/_running.ts";
import { STM } from "../failover/recipes/_stm_page.ts";

startThreeMembers();

const MONEY = 1_000_000;
const AMOUNT = 30;
const BACK = { timeoutMs: 120_000, intervalMs: 50 };

/** Pays until it is killed, beside others of its kind. */
const PROGRAM = {
  imports: STM.imports,
  body: `
    const pay = async () => { ${STM.body} };
    const payer = async () => {
      for (;;) {
        await pay();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await Promise.all([payer(), payer()]);`,
};

function paid({ lines }: RunningProgram): number {
  return lines.filter((line) => line === "paid").length;
}

async function moneyOf(client: Client, name: string): Promise<number> {
  return Number((await client.get(`account/${name}`))?.value.text() ?? 0);
}

async function goesOn(program: RunningProgram): Promise<void> {
  const before = paid(program);
  await waitFor("more payments", () => paid(program) > before + 5, BACK);
}

underFaults("stm.md | a transfer", PROGRAM, {
  async before({ start, observer }) {
    await observer.put("account/ann", String(MONEY));
    await observer.delete("account/bob");
    const program = await start();
    await program.printed("paid");
    return program;
  },
  during: (program) => goesOn(program),
  async after(program, { observer }) {
    await goesOn(program);
    await program[Symbol.asyncDispose]();
    const ann = await moneyOf(observer, "ann");
    const bob = await moneyOf(observer, "bob");
    assertEquals(ann + bob, MONEY);
    const untold = bob / AMOUNT - paid(program);
    // The last of each may not have been told any more; no other is paid twice.
    assert(untold >= 0 && untold <= 2, `${untold} more are paid than told`);
  },
});
