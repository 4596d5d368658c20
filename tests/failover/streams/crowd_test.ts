// More calls at once than the server allows streams, on a real server.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Client, EtcdError, prefix } from "../../../mod.ts";
import { cluster, other, startFaultyMember } from "../_faulty_member.ts";

const MOST = 250;
const CALLS = 600;

startFaultyMember([`--max-concurrent-streams=${MOST}`]);

/** How often each key was written. */
async function versions(under: string): Promise<Map<string, bigint>> {
  const { kvs } = await other.range(prefix(under));
  return new Map(kvs.map(({ key, version }) => [key.text(), version]));
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | ${CALLS} puts at once over a limit of ${MOST} streams are all made, each once`, async () => {
    const under = `${balancer}/calm/`;
    const { endpoints } = cluster;
    await using client = new Client({ endpoints, balancer, keepAlive: false });
    await Promise.all(
      Array.from(
        { length: CALLS },
        (_, at) => client.put(`${under}${at}`, "x"),
      ),
    );
    const written = await versions(under);
    assertStrictEquals(written.size, CALLS);
    assert([...written.values()].every((version) => version === 1n));
  });

  Deno.test(`${balancer} | of ${CALLS} puts that nobody answers in time, only those that had one of ${MOST} streams are in doubt and can arrive later`, async () => {
    const under = `${balancer}/paused/`;
    const { endpoints } = cluster;
    await using client = new Client({ endpoints, balancer, keepAlive: false });
    await client.connect();
    const { proxy } = cluster.members[0] ?? {};
    assert(proxy !== undefined);
    await proxy.set({ kind: "pause" });
    const doubt: string[] = [];
    const certain: string[] = [];
    await Promise.all(
      Array.from({ length: CALLS }, async (_, at) => {
        const key = `${under}${at}`;
        // Those that wait have given up when the first stream ends.
        const timeoutMs = at < MOST ? 1_500 : 500;
        try {
          await client.put(key, "x", { timeoutMs });
        } catch (error) {
          assert(error instanceof EtcdError, `${error}`);
          (error.maybeCommitted ? doubt : certain).push(key);
        }
      }),
    );
    await proxy.set({ kind: "pass" });
    // After whatever is still on its way on the same connection.
    await client.put(`${under}last`, "x");
    const written = await versions(under);
    assertEquals(certain.filter((key) => written.has(key)), []);
    assertEquals([doubt.length, certain.length], [MOST, CALLS - MOST]);
    assert([...written.values()].every((version) => version === 1n));
  });
}
