// Clients that know nothing but the gateway, while members fail behind it.
import { assert, assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Client, EtcdError, prefix } from "../../../mod.ts";
import { type Member, sleep, waitFor } from "../../harness/mod.ts";
import { GatewayProcess } from "../../unit/gateway/_process.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

const PUTS = 10;

startThreeMembers();

/** What happens to the member that serves; `reset` undoes it. */
const FAULTS: readonly {
  readonly name: string;
  strike(member: Member): Promise<unknown>;
}[] = [
  { name: "is killed", strike: (member) => member.kill() },
  { name: "is restarted", strike: (member) => member.restart() },
  {
    name: "falls silent",
    strike: (member) => member.proxy.set({ kind: "blackhole" }),
  },
  {
    name: "is cut off from the others",
    strike: (member) => cluster.isolate(member),
  },
];

/** The command in front of the cluster; the first member serves. */
function startCommand(): GatewayProcess {
  return new GatewayProcess([
    "start",
    "--listen-addr=127.0.0.1:0",
    `--endpoints=${cluster.endpoints.join(",")}`,
    "--retry-delay=1s",
    "--dial-timeout=1s",
    "--probe-interval=300ms",
    "--close-ejected",
  ], { permissions: ["--allow-env"] });
}

function firstMember(): Member {
  const [member] = cluster.members;
  if (member === undefined) throw new Error("there is no member");
  return member;
}

for (const balancer of BALANCER_NAMES) {
  for (const { name, strike } of FAULTS) {
    Deno.test(`${balancer} | through a gateway, the member that serves ${name}`, async () => {
      await cluster.reset();
      await using command = startCommand();
      await using client = new Client({
        endpoints: await command.address(),
        balancer,
        dialTimeoutMs: 1_000,
        requestTimeoutMs: 1_000,
      });
      const at = `gateway/${balancer}/${name}/`;
      await client.connect();
      await using lease = await client.lease.grant(30);
      await lease.keepAlive();
      await client.put(`${at}lease`, "held", { lease: lease.id });
      await using watch = client.watch(prefix(`${at}put/`));
      await watch.ready;
      const seen: string[] = [];
      const watching = (async () => {
        for await (const { events } of watch) {
          seen.push(...events.map(({ kv }) => kv.value.text()));
        }
      })();

      const startMs = performance.now();
      await strike(firstMember());
      const written: string[] = [];
      let failed = 0;
      for (let n = 0; written.length < PUTS; n++) {
        assert(performance.now() - startMs < 30_000, `${failed} puts failed`);
        try {
          await client.put(`${at}put/${n}`, `${n}`);
          written.push(`${n}`);
        } catch (error) {
          // A put that was under way may fail: it is never sent twice.
          if (!(error instanceof EtcdError)) throw error;
          failed++;
          await sleep(20);
        }
      }
      const tookMs = Math.round(performance.now() - startMs);
      const last = written.at(-1) ?? "";
      await waitFor("the watch", () => seen.includes(last), {
        timeoutMs: 30_000,
      });
      // Those that failed may have been applied: no more is known of them.
      assertEquals(seen.filter((value) => written.includes(value)), written);
      assertEquals(
        (await client.get(`${at}put/${last}`))?.value.text(),
        last,
      );
      assertEquals((await client.get(`${at}lease`))?.value.text(), "held");
      assert(!lease.signal.aborted);
      say(
        `${balancer}, ${name}: ${failed} puts failed, ${tookMs} ms to ${PUTS}`,
      );
      await watch.close();
      await watching;
    });
  }
}

/** For people: what the figures were. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  gateway: ${line}\n`));
}
