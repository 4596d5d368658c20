// Go's locks, elections and barriers, and ours at once.
import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  type Client,
  type Comparison,
  type Lock,
  op,
  prefix,
} from "../../mod.ts";
import { barrier, doubleBarrier, lead, rwLock } from "../../recipes/mod.ts";
import { metricOf, sleep, waitFor } from "../harness/mod.ts";
import {
  client,
  cluster,
  nextSerial,
  startOneMember,
} from "../failover/_one_member.ts";
import { untilHeard } from "../failover/_until_heard.ts";
import { Rounds } from "../failover/recipes/barrier/_rounds.ts";
import { besideGo, goIsDone, startGo } from "./_go_recipes.ts";

startOneMember();

const COUNT = 60;
const newName = () => `go${nextSerial()}`;

const watches = () =>
  metricOf(cluster.members, "etcd_debugging_mvcc_watcher_total");

async function numberAt(key: string): Promise<number> {
  return Number((await client.get(key))?.value.text() ?? 0);
}

/** Adds one in two steps: if another does so meanwhile, one of the two is lost. */
async function add(ks: Client, key: string, guard: Comparison): Promise<void> {
  const number = await numberAt(key);
  await sleep(Math.random() * 3);
  const put = op.put(key, String(number + 1));
  const { succeeded } = await ks.txn({ if: [guard], then: [put] });
  assert(succeeded, `the lock of ${key} is lost`);
}

besideGo(
  "Go's concurrency.Mutex and Session.lock() exclude each other",
  async () => {
    const name = newName();
    const go = await Promise.all(
      [1, 2].map(() => startGo("mutex", { name, count: COUNT })),
    );
    await using stack = new AsyncDisposableStack();
    for (const program of go) stack.use(program);
    await Promise.all([
      goIsDone(go),
      ...[1, 2].map(async () => {
        await using session = await client.session();
        for (let at = 0; at < COUNT; at++) {
          await using lock = await session.lock(name);
          await add(client, `${name} sum`, lock.guard);
        }
      }),
    ]);
    assertEquals(await numberAt(`${name} sum`), 4 * COUNT);
    assertEquals((await client.range(prefix(`${name}/`))).count, 0n);
  },
);

besideGo(
  "Go's concurrency.Election and lead() never lead at once",
  async () => {
    const name = newName();
    const go = await Promise.all(
      [1, 2].map(() => startGo("election", { name, count: COUNT })),
    );
    await using stack = new AsyncDisposableStack();
    for (const program of go) stack.use(program);
    await Promise.all([
      goIsDone(go),
      ...[1, 2].map(async () => {
        for (let at = 0; at < COUNT; at++) {
          await lead(
            client,
            name,
            "ours",
            ({ guard }) => add(client, `${name} sum`, guard),
          );
        }
      }),
    ]);
    assertEquals(await numberAt(`${name} sum`), 4 * COUNT);
  },
);

besideGo(
  "Go's recipe.RWMutex and rwLock() let one write, or many read",
  async () => {
    const name = newName();
    const [one, two] = [`${name} one`, `${name} two`];
    const go = await Promise.all(
      [1, 2].map(() => startGo("rwmutex", { name, count: COUNT })),
    );
    await using stack = new AsyncDisposableStack();
    for (const program of go) stack.use(program);
    const torn: string[] = [];
    const reads = async (_: Lock) => {
      const first = await numberAt(one);
      await sleep(Math.random() * 3);
      const second = await numberAt(two);
      if (first !== second) torn.push(`${first} ${second}`);
    };
    const [theirs] = await Promise.all([
      goIsDone(go),
      ...[1, 2].map(async () => {
        await using locks = rwLock(client, name);
        for (let at = 0; at < COUNT; at++) {
          if (at % 3 === 0) {
            await using lock = await locks.writeLock();
            await add(client, one, lock.guard);
            await add(client, two, lock.guard);
          } else {
            await using lock = await locks.readLock();
            await reads(lock);
          }
        }
      }),
    ]);
    assertEquals(torn, []);
    assertEquals(theirs.filter((line) => line.startsWith("torn")), []);
    const written = 4 * COUNT / 3;
    assertEquals([await numberAt(one), await numberAt(two)], [
      written,
      written,
    ]);
    assertEquals((await client.range(prefix(`${name}/`))).count, 0n);
  },
);

besideGo("Go's recipe.Barrier and barrier() are one", async () => {
  const name = newName();
  await using gate = barrier(client, name);
  await gate.hold();
  {
    const before = await watches();
    await using go = await startGo("barrier-wait", { name });
    await go.printed("waits");
    await waitFor("its watch", async () => await watches() > before);
    await untilHeard(client);
    assertFalse(go.lines.includes("done"));
    await gate.release();
    await go.printed("done");
    await go.ended();
  }
  await using holds = await startGo("barrier-hold", { name });
  await goIsDone([holds]);
  assertFalse(await gate.hold());
  let isOpen = false;
  const waiting = gate.wait().then(() => isOpen = true);
  await untilHeard(client);
  assertFalse(isOpen);
  await using releases = await startGo("barrier-release", { name });
  await goIsDone([releases]);
  await waiting;
});

besideGo(
  "Go's recipe.DoubleBarrier and doubleBarrier() begin and end together",
  async () => {
    const name = newName();
    const ROUNDS = 15;
    const { header } = await client.range(name);
    const go = await Promise.all(
      [1, 2].map(() => startGo("double", { name, count: ROUNDS })),
    );
    await using stack = new AsyncDisposableStack();
    for (const program of go) stack.use(program);
    const ours = [1, 2].map(async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const at = `${name}/${round}`;
        await using meeting = doubleBarrier(client, at, { count: 4 });
        const presence = await meeting.enter();
        await sleep(Math.random() * 5);
        await presence.leave();
        await client.put(`${at}/left`, String(presence.revision));
      }
    });
    await Promise.all([goIsDone(go), ...ours]);
    for (let round = 0; round < ROUNDS; round++) {
      const rounds = new Rounds(4);
      const at = `${name}/${round}`;
      const startRevision = header.revision + 1n;
      await rounds.read(client, { name: at, startRevision });
      assertEquals([rounds.opened, rounds.left, rounds.faults], [1, 2, []]);
      const waiters = await client.range(prefix(`${at}/waiters`));
      assertEquals(waiters.count, 0n);
    }
    await waitFor(
      "Go's end",
      () => go.every(({ lines }) => lines.includes("done")),
    );
  },
);
