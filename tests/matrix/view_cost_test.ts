// A view takes events nearly as fast as a bare watch: a ratio of the CPU time of
// this process for the same events, which another busy process changes little.
import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { emptyKeyspaceAt } from "../../bench/_empty_keyspace.ts";
import { op, prefix } from "../../mod.ts";
import { view, type ViewOptions } from "../../recipes/mod.ts";
import { client, startOneMember } from "../failover/_one_member.ts";

const RANGE = prefix("cost/");
const EVENTS_PER_TXN = 64;
const TXNS = 250;
const KEYS = 5_000;
const VALUE = new TextEncoder().encode("v".repeat(256));
const ROUNDS = 6;
// Of events that are there already, so that nothing but the work counts. Measured
// beside other work: 0.63 to 0.73, with changes told 0.85. One below has a new cost.
const LEAST = 0.5;

startOneMember();

/** Writes the events; resolves to the revisions before and after. */
async function write(): Promise<readonly [before: bigint, last: bigint]> {
  const { header: { revision: before } } = await client.range("cost");
  let last = before;
  for (let at = 0; at < TXNS; at++) {
    const then = Array.from({ length: EVENTS_PER_TXN }, (_, one) => {
      const number = (at * EVENTS_PER_TXN + one) % KEYS;
      return op.put(`cost/a-key-of-some-length/${number}`, VALUE);
    });
    ({ header: { revision: last } } = await client.txn({ then }));
  }
  return [before, last];
}

async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function median(times: readonly number[]): number {
  return [...times].sort((one, other) => one - other)[times.length >> 1] ?? 0;
}

Deno.test(`A view takes at least ${LEAST} times the events per second of a bare watch`, async () => {
  const [before, last] = await write();
  const events = TXNS * EVENTS_PER_TXN;
  const options: ViewOptions = { heartbeat: false };
  const runs = {
    watch: async () => {
      const startRevision = before + 1n;
      await using watch = client.watch(RANGE, { startRevision });
      for await (const { events } of watch) {
        if (events.at(-1)?.kv.modRevision === last) return;
      }
    },
    view: async () => {
      await using v = await view(
        emptyKeyspaceAt(client, before),
        RANGE,
        options,
      );
      await v.waitFor(last);
      assertEquals(v.size, KEYS);
    },
    changes: async () => {
      await using v = await view(
        emptyKeyspaceAt(client, before),
        RANGE,
        options,
      );
      for await (const { revision } of v.changes()) {
        if (revision >= last) return;
      }
    },
  };
  const times = { watch: [], view: [], changes: [] } as Record<
    keyof typeof runs,
    number[]
  >;
  const names = ["watch", "view", "changes"] as const;
  for (let round = 0; round <= ROUNDS; round++) {
    // In turns, as each may have to clear up after the one before.
    for (let at = 0; at < names.length; at++) {
      const name = names[(at + round) % names.length] ?? "watch";
      const took = await cpuMs(runs[name]);
      // The first time everything is compiled.
      if (round > 0) times[name].push(took);
    }
  }
  const watch = median(times.watch);
  const part = (name: "view" | "changes") =>
    (watch / median(times[name])).toFixed(2);
  say(
    `${(watch * 1_000 / events).toFixed(1)} µs of CPU an event by the watch; ` +
      `the view has ${part("view")} of its events per second, ` +
      `${part("changes")} with its changes told`,
  );
  assert(Number(part("view")) >= LEAST, JSON.stringify(times));
  assert(Number(part("changes")) >= LEAST, JSON.stringify(times));
});

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  view: ${line}\n`));
}
