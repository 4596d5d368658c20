import { run } from "../../harness/programs/_run.ts";
import { sleep } from "../../harness/mod.ts";
import { GatewayProcess } from "./_process.ts";
import { connectTo, echo, readText, TcpPeer } from "../support/_tcp_peer.ts";

/** The memory of the command, in KiB. */
export async function rssKib(pid: number): Promise<number> {
  const status = await run("cat", [`/proc/${pid}/status`]);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
}

/** What each of so many connections takes that have been answered: in KiB. */
export async function idleMemory(count: number): Promise<number> {
  await using peer = new TcpPeer(echo("a"));
  await using command = new GatewayProcess([
    "--listen-addr=127.0.0.1:0",
    `--endpoints=${peer.address}`,
  ]);
  const address = await command.address();
  const before = await rssKib(command.pid);
  const clients: Deno.TcpConn[] = [];
  try {
    for (let n = 0; n < count; n++) {
      const client = await connectTo(address);
      clients.push(client);
      await readText(client, 1);
    }
    // Some of it is garbage by now.
    await sleep(500);
    return (await rssKib(command.pid) - before) / count;
  } finally {
    for (const client of clients) client.close();
  }
}
