/**
 * Writers that all change one key: `update()` beside loops as they are written by
 * hand, in turns, on a cluster of three members.
 *
 *     deno run -A bench/update.ts [writers] [seconds] [rounds]
 *
 * @module
 */
import { Client, compare, op } from "../mod.ts";
import { json, update } from "../recipes/mod.ts";
import { startEtcd } from "../tests/harness/mod.ts";

/** Adds one to a key; resolves to the number of round trips. */
type Add = (client: Client, key: string) => Promise<number>;

const number = json<number>();

/** Reads, writes, and after a conflict waits and starts over. */
function byHand(pauseMs: (conflicts: number) => number): Add {
  return async (client, key) => {
    for (let conflicts = 0;; conflicts++) {
      const kv = await client.get(key);
      const { succeeded } = await client.txn({
        if: [compare.modRevision(key, "=", kv?.modRevision ?? 0n)],
        then: [op.put(key, `${(kv?.value.json<number>() ?? 0) + 1}`)],
      });
      if (succeeded) return 2 * (conflicts + 1);
      await sleep(pauseMs(conflicts));
    }
  };
}

/** Has the answer to a conflict bring the new value, and tries at once. */
const atOnce: Add = async (client, key) => {
  let kv = await client.get(key);
  for (let trips = 2;; trips++) {
    const answer = await client.txn({
      if: [compare.modRevision(key, "=", kv?.modRevision ?? 0n)],
      then: [op.put(key, `${(kv?.value.json<number>() ?? 0) + 1}`)],
      else: [op.get(key)],
    });
    if (answer.succeeded) return trips;
    kv = answer.results[0];
  }
};

const jittered = (most: number) => (conflicts: number) =>
  Math.random() * Math.min(5 * 2 ** conflicts, most);

const WAYS: Readonly<Record<string, Add>> = {
  "read, write, at once again": byHand(() => 0),
  "the answer brings the value, at once again": atOnce,
  "pauses of up to 200 ms": byHand(jittered(200)),
  "pauses of up to 1 s": byHand(jittered(1_000)),
  "update()": async (client, key) => {
    const add = (old = 0) => old + 1;
    const options = { codec: number, timeoutMs: false } as const;
    const { attempts } = await update(client, key, add, options);
    return attempts + 1;
  },
};

function sleep(ms: number): Promise<void> {
  return ms === 0
    ? Promise.resolve()
    : new Promise((resolve) => setTimeout(resolve, ms));
}

async function measure(
  add: Add,
  client: Client,
  { key, writers, ms }: {
    readonly key: string;
    readonly writers: number;
    readonly ms: number;
  },
): Promise<{ readonly done: number; readonly trips: number }> {
  const endsAt = performance.now() + ms;
  let done = 0;
  let trips = 0;
  await Promise.all(Array.from({ length: writers }, async () => {
    while (performance.now() < endsAt) {
      const took = await add(client, key);
      if (performance.now() >= endsAt) return;
      done++;
      trips += took;
    }
  }));
  return { done, trips };
}

async function main([writers = 64, seconds = 2, rounds = 3]: number[]) {
  await using cluster = await startEtcd();
  await using client = new Client({ endpoints: cluster.endpoints });
  const ways = Object.entries(WAYS);
  const results = new Map<string, { rates: number[]; trips: number[] }>(
    ways.map(([name]) => [name, { rates: [], trips: [] }]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [name, add] of ways) {
      const key = `${name}/${round}`;
      const ms = seconds * 1_000;
      const { done, trips } = await measure(add, client, { key, writers, ms });
      results.get(name)?.rates.push(done / seconds);
      results.get(name)?.trips.push(trips / done);
    }
  }
  const lines = [...results].map(([name, { rates, trips }]) => {
    const rate = mean(rates).toFixed(0).padStart(6);
    const each = mean(trips).toFixed(1);
    return `${name.padEnd(44)}${rate}/s, ${each} round trips each`;
  });
  const title = `${writers} writers, ${rounds} times ${seconds} s each`;
  // deno-lint-ignore no-console -- a program's output
  console.log([title, ...lines].join("\n"));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

if (import.meta.main) await main(Deno.args.map(Number));
