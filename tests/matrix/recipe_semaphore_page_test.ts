// The programs of docs/recipes/semaphore.md, while a member fails.
import { assertEquals } from "@std/assert";
import { cluster, startThreeMembers } from "../failover/_three_members.ts";
import { stageFor, underFaults } from "../failover/recipes/_programs.ts";
import { GUARD, LIMITER } from "../failover/recipes/_semaphore_page.ts";
import {
  placesOf,
  untilPlaces,
} from "../failover/recipes/semaphore/_subject.ts";

startThreeMembers();

const NAME = "limits/export";

/** Work that is done when the test says so. */
const AROUND = {
  imports: "",
  before: `
    const exportReport = async ({ signal }: { readonly signal: AbortSignal }) => {
      console.log("begins", signal.aborted);
      while (await client.get("go on") === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      console.log("done", signal.aborted);
    };`,
};

underFaults("semaphore.md | three at once", LIMITER, {
  async before({ start, observer }) {
    await observer.delete("go on");
    const first = await Promise.all([start(AROUND), start(AROUND)]);
    for (const one of first) await one.printed("begins false");
    return first;
  },
  async during(first, { start, observer }) {
    const third = await start(AROUND);
    await third.printed("begins false");
    const fourth = await start(AROUND);
    await untilPlaces(observer, NAME, 4);
    assertEquals(fourth.lines, []);
    await observer.put("go on", "");
    for (const one of [...first, third, fourth]) {
      await one.printed("done false");
      await one.ended();
    }
    assertEquals(await placesOf(observer, NAME), 0);
  },
});

Deno.test("semaphore.md | the guarded write is done", async () => {
  await cluster.reset();
  await using stack = new AsyncDisposableStack();
  const { start, observer } = stageFor(stack, GUARD);
  const program = await start({
    imports: `import { op } from "@etcdeno/client";
      import { semaphore } from "@etcdeno/client/recipes";`,
  });
  await program.printed("true");
  await program.ended();
  assertEquals((await observer.get("report"))?.value.text(), "done");
  assertEquals(await placesOf(observer, "limits/write"), 0);
});
