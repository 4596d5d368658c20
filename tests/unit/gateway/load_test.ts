// Many connections, and much through one. By hand, for more:
// ETCDENO_GATEWAY_MIB=1024 deno task test --filter memory FILE
import { assert, assertEquals } from "@std/assert";
import { Gateway } from "../../../gateway/mod.ts";
import { sleep, waitFor } from "../../harness/mod.ts";
import { rssKib } from "./_idle_memory.ts";
import { GatewayProcess } from "./_process.ts";
import {
  connectTo,
  echo,
  readText,
  TcpPeer,
  writeAll,
} from "../support/_tcp_peer.ts";

const CONNECTIONS = 1_000;
const MIB = Number(Deno.env.get("ETCDENO_GATEWAY_MIB") ?? 48);
const BYTES_PER_SECOND = 32 << 20;
/** Of which Deno itself takes most: bytes in flight must not show. */
const RSS_GROWTH_MIB = 24;

Deno.test("Gateway passes on a thousand connections at once", async () => {
  await using a = new TcpPeer(echo("a"));
  await using b = new TcpPeer(echo("a"));
  await using gateway = await Gateway.start({
    listen: "127.0.0.1:0",
    endpoints: [a.address, b.address],
    selection: "roundRobin",
  });
  const startMs = performance.now();
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => connectTo(gateway.address)),
  );
  const answers = await Promise.all(clients.map(async (client, n) => {
    await writeAll(client, new TextEncoder().encode(`client ${n}.`));
    return await readText(client, `aclient ${n}.`.length);
  }));
  assertEquals(answers, clients.map((_, n) => `aclient ${n}.`));
  const tookMs = performance.now() - startMs;
  const { open, failed, endpoints } = gateway.snapshot();
  assertEquals([open, failed], [CONNECTIONS, 0]);
  assertEquals(endpoints.map((endpoint) => endpoint.open), [500, 500]);
  for (const client of clients) client.close();
  await waitFor("no client", () => gateway.snapshot().open === 0);
  say(`${CONNECTIONS} connections in ${tookMs.toFixed(0)} ms`);
});

Deno.test("the gateway command takes no memory for a reader that is slow", async () => {
  const size = MIB << 20;
  await using peer = new TcpPeer(async (connection) => {
    const chunk = new Uint8Array(64 << 10);
    for (let sent = 0; sent < size; sent += chunk.length) {
      await writeAll(connection, chunk);
    }
  });
  await using command = new GatewayProcess([
    "--listen-addr=127.0.0.1:0",
    `--endpoints=${peer.address}`,
  ]);
  using client = await connectTo(await command.address());
  const buffer = new Uint8Array(1 << 20);
  let received = await client.read(buffer) ?? 0;
  const firstMib = await rssMib(command.pid);
  let mostMib = firstMib;
  const startMs = performance.now();
  for (;;) {
    const size = await client.read(buffer);
    if (size === null) break;
    received += size;
    const dueMs = received / BYTES_PER_SECOND * 1_000;
    const earlyMs = dueMs - (performance.now() - startMs);
    if (earlyMs < 20) continue;
    await sleep(earlyMs);
    mostMib = Math.max(mostMib, await rssMib(command.pid));
  }
  assertEquals(received, size);
  const figures = `${MIB} MiB, RSS ${firstMib} to at most ${mostMib} MiB`;
  say(figures);
  assert(mostMib - firstMib <= RSS_GROWTH_MIB, figures);
});

async function rssMib(pid: number): Promise<number> {
  return Math.round(await rssKib(pid) / 1_024);
}

/** For people: what the figures were. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  gateway: ${line}\n`));
}
