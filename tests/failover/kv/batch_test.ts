// Batched calls on a real cluster: they do what calls by themselves do, also
// while connections are lost.
import { assert, assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Client, EtcdError, type Kv } from "../../../mod.ts";
import { startEtcd, waitFor } from "../../harness/mod.ts";
import { repeatDuring } from "../../scenarios/steps/repeat_during.ts";
import { seededRandom } from "../../unit/support/_fake_clock.ts";
import { cutAll } from "../../scenarios/steps/every_member.ts";
import { observer } from "../../scenarios/steps/clients.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

const KEYS = 12;
const CALLS = 600;
const CONCURRENT = 40;

startThreeMembers();

/** One call of a random workload: by its result, as text. */
type Call = (kv: Kv, prefix: string) => Promise<string>;

/** The same calls for the same seed. */
function workload(
  seed: number,
  reads: "linearizable" | "both kinds",
): readonly Call[] {
  const random = seededRandom(seed);
  return Array.from({ length: CALLS }, (_, at): Call => {
    const key = `${Math.floor(random() * KEYS)}`;
    const draw = random();
    if (draw < 0.45) {
      const serializable = reads === "both kinds" && random() < 0.3;
      return async (kv, prefix) => {
        const got = await kv.get(prefix + key, { serializable });
        return got?.key.text().slice(prefix.length) ?? "none";
      };
    }
    if (draw < 0.85) {
      return async (kv, prefix) => {
        await kv.put(prefix + key, `${at}`, { prevKv: draw < 0.5 });
        return "put";
      };
    }
    if (draw < 0.95) {
      return async (kv, prefix) => {
        await kv.delete(prefix + key);
        return "deleted";
      };
    }
    // An error of its own: a lease that does not exist.
    return (kv, prefix) =>
      kv.put(prefix + key, "", { lease: 4711n }).then(
        () => "put",
        (error) => error instanceof EtcdError ? error.code : String(error),
      );
  });
}

/** Runs calls side by side, each key's in their order; gives the results. */
async function run(
  calls: readonly Call[],
  kv: Kv,
  prefix: string,
): Promise<readonly string[]> {
  const results: string[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: CONCURRENT }, async () => {
    while (next < calls.length) {
      const at = next++;
      const call = calls[at];
      if (call !== undefined) results[at] = await call(kv, prefix);
    }
  }));
  return results;
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | a random workload ends the same, batched and not`, async () => {
    await cluster.reset();
    const seed = Math.floor(Math.random() * 2 ** 31);
    await using client = new Client({ endpoints: cluster.endpoints, balancer });
    // One after another, and nothing stale: then there is one right result.
    const oneByOne = async (kv: Kv, prefix: string) => {
      const results: string[] = [];
      for (const call of workload(seed, "linearizable").slice(0, 150)) {
        results.push(await call(kv, prefix));
      }
      return results;
    };
    assertEquals(
      await oneByOne(client.kv.batched(), `batched/${seed}/`),
      await oneByOne(client.kv, `single/${seed}/`),
      `seed ${seed}`,
    );
    const calls = workload(seed, "both kinds");
    // Side by side: whatever a read can tell is alike, and so are the errors.
    const results = await run(
      calls,
      client.kv.batched(),
      `batched side by side/${seed}/`,
    );
    const alone = await run(calls, client.kv, `single side by side/${seed}/`);
    const errors = (list: readonly string[]) =>
      list.map((one) => one === "lease_not_found");
    assertEquals(errors(results), errors(alone), `seed ${seed}`);
  });

  Deno.test(`${balancer} | batched writes are applied at most once through resets`, async () => {
    await cluster.reset();
    await using client = new Client({
      endpoints: cluster.endpoints,
      balancer,
      batch: "all",
      requestTimeoutMs: 3_000,
    });
    const prefix = `at-most-once/${balancer}/`;
    const counts = Array.from({ length: KEYS }, () => ({
      acked: 0,
      doubtful: 0,
    }));
    let writes = 0;
    const write = async (at: number) => {
      const count = counts[at % KEYS];
      try {
        await client.put(`${prefix}${at % KEYS}`, "x");
        if (count) count.acked++;
      } catch (error) {
        if (!(error instanceof EtcdError)) throw error;
        if (count && error.maybeCommitted) count.doubtful++;
      }
      writes++;
    };
    await repeatDuring(
      Array.from({ length: CONCURRENT }, (_, at) => () => write(at)),
      async () => {
        for (let cuts = 0; cuts < 8; cuts++) {
          const before = writes;
          await waitFor("writes", () => writes >= before + 300, {
            timeoutMs: 30_000,
          });
          await cutAll(cluster);
        }
      },
      {},
    );
    await using judge = observer(cluster);
    let acked = 0;
    for (const [at, count] of counts.entries()) {
      const kv = await judge.get(`${prefix}${at}`);
      const applied = Number(kv?.version ?? 0n);
      acked += count.acked;
      assert(
        count.acked <= applied && applied <= count.acked + count.doubtful,
        `key ${at}: ${count.acked} acked, ${applied} applied, ${count.doubtful} in doubt`,
      );
    }
    assert(acked > 1_000, `only ${acked} writes were acked`);
  });
}

Deno.test("batches shrink for a server with a small --max-txn-ops", async () => {
  await using small = await startEtcd({
    members: 1,
    extraArgs: ["--max-txn-ops=10"],
  });
  await using client = new Client({
    endpoints: small.endpoints,
    batch: "all",
  });
  const keys = Array.from({ length: 100 }, (_, at) => `${at}`);
  const puts = await Promise.all(keys.map((key) => client.put(key, key)));
  const values = await Promise.all(keys.map((key) => client.get(key)));
  assertEquals(values.map((kv) => kv?.value.text()), keys);
  const revisions = new Set(puts.map(({ header }) => header.revision));
  assert(
    revisions.size >= 10 && revisions.size < 100,
    `${revisions.size} revisions`,
  );
});
