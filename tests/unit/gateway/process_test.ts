// The command as a process: how it starts and how it ends.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { freePorts } from "../../harness/_ports.ts";
import { runCommand } from "../../../gateway/command/_command.ts";
import { DnsServer } from "../../harness/fake/dns_server.ts";
import { waitFor } from "../../harness/mod.ts";
import { GatewayProcess } from "./_process.ts";
import {
  connectTo,
  echo,
  readText,
  readToEnd,
  TcpPeer,
} from "../support/_tcp_peer.ts";

const ANY = "--listen-addr=127.0.0.1:0";
const TASK_RUNNER = new URL("../../../tools/task.ts", import.meta.url).pathname;

Deno.test("the gateway command serves, and ends well on SIGTERM", async () => {
  await using peer = new TcpPeer(echo("a"));
  await using command = new GatewayProcess([
    "start",
    ANY,
    `--endpoints=http://${peer.address}`,
  ]);
  const client = await connectTo(await command.address());
  assertEquals(await readText(client, 1), "a");
  command.signal("SIGTERM");
  await command.line("draining");
  await client.write(new TextEncoder().encode("more"));
  assertEquals(await readText(client, 4), "more");
  client.close();
  assertEquals((await command.status).code, 0);
});

Deno.test("task gateway ends as the gateway does", async () => {
  await using command = new GatewayProcess(["start", ANY], {
    program: ["deno", "run", "-A", TASK_RUNNER, "gateway"],
  });
  await command.address();
  command.signal("SIGTERM");
  assertEquals((await command.status).code, 0);
  await command.line("draining");
});

Deno.test("the gateway command closes what stays open after --drain-timeout", async () => {
  await using peer = new TcpPeer(echo("a"));
  await using command = new GatewayProcess([
    ANY,
    `--endpoints=${peer.address}`,
    "--drain-timeout=100ms",
  ]);
  using client = await connectTo(await command.address());
  assertEquals(await readText(client, 1), "a");
  command.signal("SIGINT");
  assertEquals((await command.status).code, 0);
  assertEquals((await readToEnd(client)).bytes.length, 0);
});

Deno.test("the gateway command ends at once on a second signal", async () => {
  await using peer = new TcpPeer(echo("a"));
  await using command = new GatewayProcess([
    ANY,
    `--endpoints=${peer.address}`,
    "--drain-timeout=1h",
  ]);
  using client = await connectTo(await command.address());
  assertEquals(await readText(client, 1), "a");
  command.signal("SIGTERM");
  await command.line("draining");
  command.signal("SIGTERM");
  assertEquals((await command.status).code, 143);
});

Deno.test("the gateway command fails when it cannot do what it was told", async () => {
  await using peer = new TcpPeer(echo("a"));
  const [port = 0] = await freePorts(1);
  for (
    const [args, text] of [
      [[`--listen-addr=${peer.address}`], "Cannot listen on"],
      [["--nonsense"], "unknown flag"],
      [["--endpoints=nobody.invalid"], "can be resolved"],
      [[`--listen-addr=:${port}`, `--endpoints=127.0.0.1:${port}`], "own"],
      [[ANY, `--metrics-addr=${peer.address}`], "Cannot serve metrics on"],
    ] as const
  ) {
    await using command = new GatewayProcess(args);
    assertEquals((await command.status).code, 1, args.join(" "));
    await command.line(text);
    const ready = command.lines.some((line) => line.includes("ready to proxy"));
    assert(!ready, "it said that it is ready");
  }
});

Deno.test("the gateway command ends on the first signal while it still starts", async () => {
  await using dns = await DnsServer.start();
  // It accepts, and never answers the TLS handshake.
  await using mute = new TcpPeer(async (connection) => {
    await readToEnd(connection);
  });
  dns.set("_etcd-client-ssl._tcp.example.com", [
    { target: "localhost", port: mute.port },
  ]);
  await using command = new GatewayProcess([
    ANY,
    "--discovery-srv=example.com",
    `--dns-server=127.0.0.1:${dns.port}`,
    "--dial-timeout=1h",
  ]);
  await command.line("validating discovered SRV endpoints");
  command.signal("SIGTERM");
  assertEquals((await command.status).code, 0);
});

Deno.test("the gateway command goes on when nobody reads its log", async () => {
  await using peer = new TcpPeer(echo("a"));
  const [port = 0, dead = 0] = await freePorts(2);
  await using command = new GatewayProcess([
    `--listen-addr=127.0.0.1:${port}`,
    `--endpoints=127.0.0.1:${dead},${peer.address}`,
  ], { readUntil: "ready to proxy client requests" });
  await command.line("ready to proxy client requests");
  for (let n = 0; n < 2; n++) {
    // The first of them makes it log that an endpoint failed.
    using client = await connectTo(`127.0.0.1:${port}`);
    assertEquals(await readText(client, 1), "a");
  }
});

Deno.test("runCommand() gives 1 when the listener fails", async () => {
  const { listen } = Deno;
  const failing = (options: Deno.TcpListenOptions): Deno.TcpListener => {
    const listener = listen(options);
    listener.accept = () => Promise.reject(new Error("broken"));
    return listener;
  };
  Object.assign(Deno, { listen: failing });
  try {
    const unused = () => Promise.reject(new Error("not needed"));
    assertEquals(await runCommand([ANY], unused), 1);
  } finally {
    Object.assign(Deno, { listen });
  }
});

Deno.test("the gateway command is gone when it has ended", async () => {
  await using command = new GatewayProcess([ANY]);
  const address = await command.address();
  command.signal("SIGTERM");
  await command.status;
  await waitFor("a closed port", async () => {
    try {
      (await connectTo(address)).close();
      return false;
    } catch (error) {
      return error instanceof Deno.errors.ConnectionRefused;
    }
  });
  await assertRejects(() => connectTo(address));
});
