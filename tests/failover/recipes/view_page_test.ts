// The programs of docs/recipes/view.md and docs/recipes/wait.md, word for word,
// while a member fails.
import { assertEquals } from "@std/assert";
import type { Client, EtcdError } from "../../../mod.ts";
import { prefix } from "../../../mod.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";
import { stageFor, underFaults } from "./_programs.ts";
import { OWN_WRITE, VIEW, WAIT } from "./_view_page.ts";

const STARTS = 'console.log("starts");';

startThreeMembers();

/** Writes a key, also while a new leader is elected. */
async function put(observer: Client, key: string, value: string) {
  for (;;) {
    try {
      return await observer.put(key, value, { timeoutMs: 2_000 });
    } catch (error) {
      // The same value once more tells nothing new.
      if (!(error as EtcdError).maybeCommitted) throw error;
    }
  }
}

underFaults("view.md | hot-reloaded configuration", VIEW, {
  async before({ start, observer }) {
    await observer.delete(prefix("limits/"));
    const program = await start();
    await program.printed("uploads: 10");
    await put(observer, "limits/uploads", "20");
    await program.printed("put limits/uploads");
    await program.printed("uploads: 20");
    return program;
  },
  async during(program, { observer }) {
    await put(observer, "limits/uploads", "30");
    await program.printed("uploads: 30");
  },
  async after(program, { observer }) {
    await put(observer, "limits/downloads", "1");
    await program.printed("put limits/downloads");
    await observer.delete(prefix("limits/"));
    await program.printed("delete limits/uploads");
    await program.printed("uploads: 10");
  },
});

underFaults("wait.md | a result", WAIT, {
  async before({ start, observer }) {
    await observer.delete("jobs/7/result");
    const program = await start({ before: STARTS });
    await program.printed("starts");
    return program;
  },
  async during(program, { observer }) {
    assertEquals(program.lines.length, 1);
    await put(observer, "jobs/7/result", "42");
    await program.printed("job 7 gave 42");
    await program.ended();
  },
});

Deno.test("view.md | a write of one's own", async () => {
  await cluster.reset();
  await using stack = new AsyncDisposableStack();
  const { start } = stageFor(stack, OWN_WRITE);
  const program = await start({
    imports: `import { prefix } from "@etcdeno/client";
      import { view } from "@etcdeno/client/recipes";`,
    before: 'await using limits = await view(client, prefix("limits/"));',
    after: 'console.log("now", limits.get("limits/uploads"));',
  });
  await program.printed("now 20");
  await program.ended();
});
