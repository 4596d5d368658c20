// The programs of the pages on the recipes with Go's keys, while a member fails.
import { assert, assertEquals } from "@std/assert";
import { type Client, prefix } from "../../mod.ts";
import { priorityQueue, text } from "../../recipes/mod.ts";
import { waitFor } from "../harness/mod.ts";
import { startThreeMembers } from "../failover/_three_members.ts";
import { BARRIER, DOUBLE_BARRIER } from "../failover/recipes/_barrier_page.ts";
import { PRIORITY_QUEUE } from "../failover/recipes/_priority_queue_page.ts";
import { underFaults } from "../failover/recipes/_programs.ts";
import { RW_LOCK } from "../failover/recipes/_rw_lock_page.ts";

startThreeMembers();

const BACK = { timeoutMs: 60_000 };

/** Work that is done when the test says so. */
const WORK = `
  const work = (name: string) =>
    async ({ signal }: { readonly signal?: AbortSignal } = {}) => {
      console.log("begins", name);
      while (await client.get("go on") === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      console.log("done", name, signal?.aborted === true);
    };`;

/** Lets the work go on, once there is a leader again. */
async function goOn(client: Client): Promise<void> {
  await waitFor(
    "a write",
    () => client.put("go on", "").then(() => true, () => false),
    BACK,
  );
}

async function untilCount(
  client: Client,
  start: string,
  count: number,
): Promise<void> {
  await waitFor(
    `${count} at ${start}`,
    async () => (await client.range(prefix(start))).count === BigInt(count),
    BACK,
  );
}

underFaults("rw_lock.md | a writer and a reader", RW_LOCK, {
  async before({ start, observer }) {
    await observer.delete("go on");
    const around = {
      before: `${WORK}
        const rebuild = work("rebuild");
        const search = work("search");`,
    };
    const first = await start(around);
    await first.printed("begins rebuild");
    const second = await start(around);
    await untilCount(observer, "catalogue/", 2);
    return [first, second];
  },
  async during(both, { observer }) {
    await goOn(observer);
    for (const one of both) {
      await one.printed("done rebuild false");
      await one.printed("done search false");
      await one.ended();
    }
    await untilCount(observer, "catalogue/", 0);
  },
});

underFaults("barrier.md | one migrates", BARRIER, {
  async before({ start, observer }) {
    await observer.delete("go on");
    const around = {
      before: `${WORK}
        const migrate = work("migrate");
        // deno-lint-ignore require-await
        const serve = async () => console.log("serves");`,
    };
    const first = await start(around);
    await first.printed("begins migrate");
    const leases = (await observer.lease.list()).length;
    const second = await start(around);
    await waitFor(
      "its session",
      async () => (await observer.lease.list()).length > leases,
      BACK,
    );
    return [first, second];
  },
  async during([first, second], { observer }) {
    assert(first && second);
    assertEquals([first, second].map(({ lines }) => lines.includes("serves")), [
      false,
      false,
    ]);
    await goOn(observer);
    await first.printed("serves");
    await second.printed("serves");
    await first.ended();
    await second.ended();
    assert(!second.lines.includes("begins migrate"));
    assertEquals(await observer.get("migration"), undefined);
  },
});

underFaults("barrier.md | three begin and end together", DOUBLE_BARRIER, {
  async before({ start, observer }) {
    await observer.delete("go on");
    const around = {
      before: `${WORK}
        const sendRequests = work("requests");`,
    };
    const two = await Promise.all([start(around), start(around)]);
    await untilCount(observer, "load test/waiters", 2);
    assertEquals(two.map(({ lines }) => lines), [[], []]);
    return { two, around };
  },
  async during({ two, around }, { start, observer }) {
    const all = [...two, await start(around)];
    for (const one of all) await one.printed("begins requests");
    await goOn(observer);
    for (const one of all) {
      await one.printed("done requests false");
      await one.printed("all are done");
      await one.ended();
    }
    await untilCount(observer, "load test/", 0);
  },
});

underFaults("priority_queue.md | mails", PRIORITY_QUEUE, {
  async before({ start }) {
    const around = {
      before: `
        // deno-lint-ignore require-await
        const send = async (mail: string) => console.log("sends", mail);`,
    };
    const program = await start(around);
    await program.printed("sends your code is 1234");
    await program.printed("sends our newsletter");
    return program;
  },
  async during(program, { observer }) {
    await using mails = priorityQueue(observer, "mails", { codec: text });
    for (const priority of [3, 2]) {
      await mails.enqueue(`mail ${priority}`, { priority });
    }
    await waitFor("both mails", () => program.lines.length === 4, BACK);
    assertEquals(program.lines.slice(2).toSorted(), [
      "sends mail 2",
      "sends mail 3",
    ]);
  },
});
