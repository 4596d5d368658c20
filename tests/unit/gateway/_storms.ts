// What many clients at once do to the command, as functions of their number:
// a few in the usual run, thousands in `tests/matrix/`.
import { assertEquals } from "@std/assert";
import { createConnection } from "node:net";
import { waitFor } from "../../harness/mod.ts";
import { GatewayProcess } from "./_process.ts";
import {
  connectTo,
  echo,
  readText,
  TcpPeer,
  writeAll,
} from "../support/_tcp_peer.ts";

/** Connects so many times while the process stands still, and resets each. */
async function resetWhileStopped(
  command: GatewayProcess,
  { port, count }: { readonly port: number; readonly count: number },
): Promise<void> {
  // The kernel makes the connections; all are gone before one is accepted.
  command.signal("SIGSTOP");
  try {
    await Promise.all(
      Array.from(
        { length: count },
        () =>
          new Promise<void>((resolve, reject) => {
            const socket = createConnection({ host: "127.0.0.1", port });
            socket.once("error", reject);
            socket.once("close", () => resolve());
            socket.once("connect", () => socket.resetAndDestroy());
          }),
      ),
    );
  } finally {
    command.signal("SIGCONT");
  }
}

/** Clients that reset as soon as they are there cost the others nothing. */
export async function resetStorm(
  options: { readonly rounds: number; readonly open: number },
): Promise<void> {
  await using peer = new TcpPeer(echo("a"));
  await using command = new GatewayProcess([
    "--listen-addr=127.0.0.1:0",
    `--endpoints=${peer.address}`,
  ]);
  const address = await command.address();
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const clients: Deno.TcpConn[] = [];
  for (let n = 0; n < options.open; n++) clients.push(await connectTo(address));
  for (const client of clients) assertEquals(await readText(client, 1), "a");
  for (let round = 0; round < options.rounds; round++) {
    await resetWhileStopped(command, { port, count: 200 });
    // One that comes after them is served, so they are behind us.
    using late = await connectTo(address);
    assertEquals(await readText(late, 1), "a");
  }
  for (const client of clients) {
    await writeAll(client, new TextEncoder().encode("still"));
    assertEquals(await readText(client, 5), "still");
    client.close();
  }
  // They are nothing to tell, either.
  assertEquals(command.lines.filter((line) => line.includes("accept")), []);
}

/** Clients that come all at once find room to wait, and are served. */
export async function connectStorm(count: number): Promise<void> {
  await using peer = new TcpPeer(echo("a"));
  await using command = new GatewayProcess([
    "--listen-addr=127.0.0.1:0",
    `--endpoints=${peer.address}`,
  ]);
  const address = await command.address();
  // Whoever finds no room now is told so by nobody, and tries again later.
  command.signal("SIGSTOP");
  let connected = 0;
  const clients = Array.from({ length: count }, async () => {
    const client = await connectTo(address);
    connected++;
    return client;
  });
  try {
    await waitFor("room for all", () => connected === count, {
      timeoutMs: 20_000,
    });
  } finally {
    command.signal("SIGCONT");
    const open = await Promise.all(clients);
    const answers = await Promise.all(open.map((one) => readText(one, 1)));
    for (const client of open) client.close();
    assertEquals(answers.filter((answer) => answer !== "a"), []);
  }
}
