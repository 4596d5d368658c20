// The status server, whatever its clients do.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { httpAsk } from "../../../../testing/cluster/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/mod.ts";
import { StatusServer } from "../../../../gateway/status/_server.ts";
import { GatewayProcess } from "../_process.ts";
import {
  connectTo,
  echo,
  readToEnd,
  TcpPeer,
  writeAll,
} from "../../support/_tcp_peer.ts";

const ARGS = ["--listen-addr=127.0.0.1:0", "--metrics-addr=127.0.0.1:0"];

/** What its client does before SIGTERM, in bytes. */
const HELD = [
  [
    "an unfinished body",
    "POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nab",
  ],
  ["half a request", "GET /health HTTP/1.1\r\nHo"],
  [
    "idle HTTP/2",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
  ],
] as const;

async function statusAddress(command: GatewayProcess): Promise<string> {
  await command.address();
  const line = await command.line("serving metrics");
  return /address="([^"]+)"/.exec(line)?.[1] ?? "";
}

async function healthStatus(address: string): Promise<number | undefined> {
  try {
    return (await httpAsk(`http://${address}/health`, { timeoutMs: 1_000 }))
      .status;
  } catch {
    return undefined;
  }
}

async function send(address: string, text: string): Promise<Deno.TcpConn> {
  const client = await connectTo(address);
  await writeAll(client, new TextEncoder().encode(text));
  return client;
}

for (const [name, text] of HELD) {
  Deno.test(`the gateway command ends on SIGTERM while a client of its status holds ${name}`, async () => {
    await using command = new GatewayProcess(ARGS);
    const address = await statusAddress(command);
    using _client = await send(address, text);
    assertEquals(await healthStatus(address), 200);
    command.signal("SIGTERM");
    // With none of its own clients there is nothing to drain.
    assertEquals(await command.exitCode(), 0);
  });
}

Deno.test("the gateway command outlives a shortage of descriptors in its status server, which comes back", async () => {
  await using peer = new TcpPeer(echo("a"));
  await using command = new GatewayProcess(
    [...ARGS, `--endpoints=${peer.address}`],
    { shell: "ulimit -n 40" },
  );
  const gateway = await command.address();
  const address = await statusAddress(command);
  const clients: Deno.TcpConn[] = [];
  for (let n = 0; n < 30; n++) clients.push(await connectTo(gateway));
  // Half-sent ones are to hold descriptors as well.
  for (let n = 0; n < 30; n++) clients.push(await send(address, "GET /he"));
  await command.line("failed to accept");
  for (const client of clients) client.close();
  await waitFor(
    "health",
    async () => await healthStatus(address) === 200,
  );
});

Deno.test("StatusServer ends a request that is not finished in time, and answers others meanwhile", async () => {
  using server = await StatusServer.open({ host: "127.0.0.1", port: 0 }, {
    clock: SYSTEM_CLOCK,
    timeoutMs: 200,
    onPause() {},
    onFailed() {},
  });
  using slow = await send(server.address, "GET /health HT");
  using body = await send(
    server.address,
    "POST /health HTTP/1.1\r\nContent-Length: 9\r\n\r\n1",
  );
  assertEquals(await healthStatus(server.address), 503);
  assertEquals((await readToEnd(slow)).bytes.length, 0);
  const { bytes } = await readToEnd(body);
  assertStringIncludes(new TextDecoder().decode(bytes), '"starting"');
});

Deno.test("StatusServer answers however many requests are held", async () => {
  using server = await StatusServer.open({ host: "127.0.0.1", port: 0 }, {
    clock: SYSTEM_CLOCK,
    onPause() {},
    onFailed() {},
  });
  const held: Deno.TcpConn[] = [];
  for (let n = 0; n < 100; n++) held.push(await send(server.address, "GET "));
  assertEquals(await healthStatus(server.address), 503);
  // The oldest made room.
  const [oldest] = held;
  assert(oldest);
  assertEquals((await readToEnd(oldest)).bytes.length, 0);
  for (const client of held) client.close();
});

Deno.test("StatusServer answers a request in pieces, HEAD, and what is none", async () => {
  using server = await StatusServer.open({ host: "127.0.0.1", port: 0 }, {
    clock: SYSTEM_CLOCK,
    onPause() {},
    onFailed() {},
  });
  const ask = async (...pieces: readonly string[]) => {
    using client = await connectTo(server.address);
    for (const piece of pieces) {
      await writeAll(client, new TextEncoder().encode(piece));
    }
    await client.closeWrite();
    const { bytes } = await readToEnd(client);
    return new TextDecoder().decode(bytes).split("\r\n");
  };
  const get = await ask(
    "GET /hea",
    "lth?x=1 HTTP/1.1\r",
    "\nHost: a\r\n\r",
    "\n",
  );
  assertEquals(get[0], "HTTP/1.1 503 Service Unavailable");
  assertEquals(get.at(-1), '{"health":"false","reason":"starting"}');
  const head = await ask("HEAD /health HTTP/1.0\r\n\r\n");
  assertEquals([head[0], head.at(-1)], [
    "HTTP/1.0 503 Service Unavailable",
    "",
  ]);
  assert(head.includes("content-length: 38"));
  const long = `GET /${"a".repeat(20_000)} HTTP/1.1\r\n\r\n`;
  for (const nonsense of ["hello\r\n\r\n", "\r\n\r\n", long]) {
    assertEquals((await ask(nonsense))[0], "HTTP/1.1 400 Bad Request");
  }
});
