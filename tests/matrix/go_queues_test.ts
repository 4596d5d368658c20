// Go's queues and ours at once: one queue, whoever puts and takes.
import { assert, assertEquals } from "@std/assert";
import { type Client, prefix } from "../../mod.ts";
import type { QueueItem } from "../../recipes/mod.ts";
import { waitFor } from "../harness/mod.ts";
import { client, nextSerial, startOneMember } from "../failover/_one_member.ts";
import {
  type AnyQueue,
  KINDS,
  type QueueKind,
} from "../failover/recipes/queue/_kinds.ts";
import { besideGo, goIsDone, itemsOf, startGo } from "./_go_recipes.ts";

startOneMember();

const COUNT = 150;
const WAIT = { timeoutMs: 60_000 };
/** Of Go's program. */
const MODES: Readonly<Record<string, string>> = {
  queue: "queue",
  priorityQueue: "priority",
};

const newName = () => `go${nextSerial()}`;

/** Puts items as Go's program does. */
async function produce(
  jobs: AnyQueue,
  { imported }: QueueKind,
  tag: string,
): Promise<void> {
  for (let at = 0; at < COUNT; at++) {
    // The kind of the tests goes by the length of the value.
    const urgency = imported === "queue" ? "" : "x".repeat(at % 5);
    await jobs.enqueue(`${tag} ${at}${urgency}`);
  }
}

/** The values of a queue's items, in the order of its promise. */
async function inOrder(
  ks: Client,
  name: string,
  { imported }: QueueKind,
): Promise<readonly string[]> {
  const sortBy = imported === "queue" ? "create" : "key";
  const { kvs } = await ks.range(prefix(`${name}/`), { sortBy });
  return kvs.map(({ value }) => value.text());
}

for (const kind of KINDS) {
  const mode = MODES[kind.imported] ?? "";

  besideGo(
    `Go's ${kind.kind} and ours: no item is taken twice, and none is lost`,
    async () => {
      const name = newName();
      await using stack = new AsyncDisposableStack();
      const goTakes = await Promise.all(
        [1, 2].map(() => startGo(`${mode}-consume`, { name })),
      );
      for (const program of goTakes) stack.use(program);
      for (const program of goTakes) await program.printed("ready");
      const taken: QueueItem<string>[][] = [[], []];
      const stop = new AbortController();
      const taking = taken.map(async (own) => {
        await using jobs = kind.open(client, name);
        while (!stop.signal.aborted) {
          const item = await jobs.dequeue({ signal: stop.signal })
            .catch(() => undefined);
          if (item !== undefined) own.push(item);
        }
      });
      const goPuts = await Promise.all(
        ["a", "b"].map((tag) =>
          startGo(`${mode}-produce`, { name, tag, count: COUNT })
        ),
      );
      for (const program of goPuts) stack.use(program);
      await using first = kind.open(client, name);
      await using second = kind.open(client, name);
      await Promise.all([
        produce(first, kind, "c"),
        produce(second, kind, "d"),
        goIsDone(goPuts),
      ]);
      const got = () => [
        ...itemsOf(goTakes),
        ...taken.flat().map(({ value }) => value),
      ];
      await waitFor("all items", () => got().length >= 4 * COUNT, WAIT);
      await waitFor(
        "an empty queue",
        async () => (await client.range(prefix(`${name}/`))).count === 0n,
      );
      stop.abort();
      await Promise.all(taking);
      say(`Go's took ${itemsOf(goTakes).length}, ours ${taken.flat().length}`);
      assertEquals(new Set(got()).size, 4 * COUNT);
      assertEquals(got().length, 4 * COUNT);
      if (kind.imported !== "queue") return;
      for (const own of taken) {
        const revisions = own.map(({ revision }) => revision);
        assertEquals(revisions, revisions.toSorted((a, b) => Number(a - b)));
      }
    },
  );

  besideGo(
    `Go's ${kind.kind} takes in order what both have put, and ours does`,
    async () => {
      const names = [newName(), newName()];
      const expected: (readonly string[])[] = [];
      for (const name of names) {
        await using jobs = kind.open(client, name);
        // At once, so that they are in each other's way.
        const puts = await startGo(`${mode}-produce`, { name, count: COUNT });
        await using _ = puts;
        await Promise.all([produce(jobs, kind, "ours"), goIsDone([puts])]);
        expected.push(await inOrder(client, name, kind));
        assertEquals(expected.at(-1)?.length, 2 * COUNT);
      }
      const [goName = "", ourName = ""] = names;
      await using go = await startGo(`${mode}-consume`, { name: goName });
      await waitFor(
        "all items",
        () => itemsOf([go]).length === 2 * COUNT,
        WAIT,
      );
      assertEquals(itemsOf([go]), expected[0]);
      await using jobs = kind.open(client, ourName);
      const own: string[] = [];
      while (own.length < 2 * COUNT) own.push((await jobs.dequeue()).value);
      assertEquals(own, expected[1]);
    },
  );

  besideGo(
    `Go's ${kind.kind} and ours: both get their items when they wait for them`,
    async () => {
      const name = newName();
      await using go = await startGo(`${mode}-consume`, { name });
      await go.printed("ready");
      await using jobs = kind.open(client, name);
      await using producer = kind.open(client, name);
      const stop = new AbortController();
      let own = 0;
      const taking = (async () => {
        while (!stop.signal.aborted) {
          const item = await jobs.dequeue({ signal: stop.signal })
            .catch(() => undefined);
          if (item !== undefined) own++;
        }
      })();
      const all = () => own + itemsOf([go]).length;
      // One at a time: nobody has more to do than he can.
      for (let at = 0; at < COUNT; at++) {
        await producer.enqueue(`${at}`);
        await waitFor("the item to be taken", () => all() > at, WAIT);
      }
      stop.abort();
      await taking;
      const theirs = itemsOf([go]).length;
      say(`one at a time: Go's took ${theirs}, ours ${own}`);
      assert(theirs > 0, "Go's has got nothing");
      assertEquals(all(), COUNT);
    },
  );
}

/** Under the name of the test. */
function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
