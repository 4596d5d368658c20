// Dials that fail for reasons of their own.
import { assertEquals } from "@std/assert";
import { run } from "../../../harness/programs/_run.ts";
import { freePorts } from "../../../harness/_ports.ts";
import { waitFor } from "../../../harness/mod.ts";
import { BlackHole } from "../../support/_black_hole.ts";
import { startGateway } from "../_log.ts";
import { connectTo, echo, readText, TcpPeer } from "../../support/_tcp_peer.ts";

Deno.test("Gateway gives up the dial of an endpoint that leaves the list, and says so", async () => {
  using hole = await BlackHole.open();
  await using peer = new TcpPeer(echo("a"));
  let members: readonly string[] = [hole.address];
  await using started = await startGateway({
    endpoints: hole.address,
    members: () => Promise.resolve(members),
    refreshMs: 10,
    // Nobody waits for that.
    dialTimeoutMs: 60_000,
  });
  const { gateway, told } = started;
  using client = await connectTo(gateway.address);
  await waitFor("the dial", () => gateway.snapshot().open === 1);
  members = [peer.address];
  assertEquals(await readText(client, 1), "a");
  assertEquals(told("dial_given_up"), [
    { type: "dial_given_up", endpoint: hole.address },
  ]);
  assertEquals(told("deactivated"), []);
});

/** Has dials of a port fail as they do where no port is left to dial from. */
function withoutPorts(ports: readonly number[]): Disposable {
  const { connect } = Deno;
  const failing = (options: Deno.ConnectOptions) =>
    ports.includes(options.port)
      ? Promise.reject(
        Object.assign(new Error("cannot assign"), { code: "EADDRNOTAVAIL" }),
      )
      : connect(options);
  Object.assign(Deno, { connect: failing });
  return { [Symbol.dispose]: () => Object.assign(Deno, { connect }) };
}

Deno.test("Gateway dials the next endpoint when no port is left for one, and blames none", async () => {
  await using peer = new TcpPeer(echo("a"));
  const [port = 0] = await freePorts(1);
  await using started = await startGateway({
    endpoints: [`127.0.0.1:${port}`, peer.address],
  });
  const { gateway, told } = started;
  using _ = withoutPorts([port]);
  using client = await connectTo(gateway.address);
  assertEquals(await readText(client, 1), "a");
  assertEquals(told("deactivated"), []);
});

Deno.test("Gateway closes a client as for want of its own when no port is left for any endpoint", async () => {
  const ports = await freePorts(2);
  await using started = await startGateway({
    endpoints: ports.map((port) => `127.0.0.1:${port}`),
  });
  const { gateway, told } = started;
  using _ = withoutPorts(ports);
  // That of the test itself goes to another port.
  using client = await connectTo(gateway.address);
  assertEquals(await readText(client, 1), "");
  assertEquals(told("refused").map(({ reason }) => reason), ["local"]);
  assertEquals(told("deactivated"), []);
});

Deno.test("Gateway reaches an endpoint by whichever address of its name answers", async () => {
  await using peer = new TcpPeer(echo("a"));
  await using started = await startGateway({
    endpoints: `localhost:${peer.port}`,
  });
  // Nothing listens on ::1.
  using client = await connectTo(started.gateway.address);
  assertEquals(await readText(client, 1), "a");
  assertEquals(started.told("deactivated"), []);
});

/** Whether the connection from one port to another is looked after. */
async function hasKeepAlive(from: number, to: number): Promise<boolean> {
  const hex = (port: number) =>
    port.toString(16).toUpperCase().padStart(4, "0");
  // Local, remote, state, queues, and the timer: 02 is that of keepalive.
  const line = new RegExp(`:${hex(from)} \\w+:${hex(to)} 01 \\S+ 02:`);
  return line.test(await run("cat", ["/proc/net/tcp"]));
}

Deno.test({
  name: "Gateway has the kernel look after both ends of a connection",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const ports = Promise.withResolvers<number>();
    await using peer = new TcpPeer(async (connection) => {
      ports.resolve(connection.remoteAddr.port);
      await echo("a")(connection);
    });
    await using started = await startGateway({ endpoints: peer.address });
    const { address } = started.gateway;
    using client = await connectTo(address);
    assertEquals(await readText(client, 1), "a");
    const own = Number(address.slice(address.lastIndexOf(":") + 1));
    const { port } = client.localAddr;
    await waitFor("the client's end", () => hasKeepAlive(own, port));
    const dialed = await ports.promise;
    await waitFor("the member's end", () => hasKeepAlive(dialed, peer.port));
  },
});
