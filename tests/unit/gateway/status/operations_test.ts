// What operators see of the command: its log, metrics, health and limits.
import { assertEquals } from "@std/assert";
import { httpAsk } from "../../../../testing/cluster/mod.ts";
import { freePorts } from "../../../harness/_ports.ts";
import { waitFor } from "../../../harness/mod.ts";
import { GatewayProcess } from "../_process.ts";
import { connectTo, echo, readText, TcpPeer } from "../../support/_tcp_peer.ts";

const ANY = "--listen-addr=127.0.0.1:0";

Deno.test("the gateway command logs JSON when told to", async () => {
  await using peer = new TcpPeer(echo("a"));
  await using command = new GatewayProcess([
    ANY,
    `--endpoints=${peer.address}`,
    "--log-format=json",
  ]);
  const line = await command.line("ready to proxy client requests");
  const { level, msg, endpoints } = JSON.parse(line);
  assertEquals([level, msg, endpoints], [
    "info",
    "ready to proxy client requests",
    [peer.address],
  ]);
  await using failed = new GatewayProcess([
    `--listen-addr=${peer.address}`,
    "--log-format=json",
  ]);
  await failed.status;
  const error = JSON.parse(await failed.line("Cannot listen on"));
  assertEquals(error.level, "error");
});

Deno.test("the gateway command serves metrics and health", async () => {
  await using command = new GatewayProcess([
    ANY,
    `--endpoints=127.0.0.1:${(await freePorts(1))[0]}`,
    "--metrics-addr=127.0.0.1:0",
  ]);
  // Until it is ready it is not healthy.
  await command.address();
  const line = await command.line("serving metrics");
  const base = `http://${/address="([^"]+)"/.exec(line)?.[1]}`;
  const get = (path: string) => httpAsk(`${base}${path}`, { timeoutMs: 5_000 });
  assertEquals(await get("/health"), {
    status: 200,
    body: '{"health":"true"}',
  });
  assertEquals((await get("/")).status, 404);
  const told = command.lines.length;
  using strange = await connectTo(new URL(base).host);
  await strange.write(
    new TextEncoder().encode("GET http://[::bad/ HTTP/1.0\r\n\r\n"),
  );
  assertEquals(await readText(strange, 12), "HTTP/1.0 404");
  assertEquals(command.lines.slice(told), []);
  using client = await connectTo(await command.address());
  assertEquals(await readText(client, 1), "");
  assertEquals((await get("/health")).status, 503);
  const { body } = await get("/metrics");
  const value = (name: string) =>
    new RegExp(`^etcd_gateway_${name}(?:\\{[^}]*\\})? (\\S+)$`, "m")
      .exec(body)?.[1];
  assertEquals(value("connections_total"), "1");
  assertEquals(value("connections_failed_total"), "1");
  assertEquals(value("connections_open"), "0");
  assertEquals(value("endpoint_active"), "0");
  assertEquals(value("endpoint_dials_failed_total"), "1");
  assertEquals(value("dial_duration_seconds_count"), "0");
});

Deno.test("the gateway command tells systemd that it is ready", async () => {
  const directory = await Deno.makeTempDir();
  try {
    // What systemd-notify is given, as nothing here can be its manager.
    const script =
      `#!/bin/sh\necho "$NOTIFY_SOCKET $*" > "${directory}/told"\n`;
    await Deno.writeTextFile(`${directory}/systemd-notify`, script, {
      mode: 0o755,
    });
    await using command = new GatewayProcess([ANY], {
      env: {
        NOTIFY_SOCKET: "/run/notify",
        PATH: `${directory}:${Deno.env.get("PATH")}`,
      },
      permissions: ["--allow-env=NOTIFY_SOCKET", "--allow-run=systemd-notify"],
    });
    await command.line("successfully notified init daemon");
    assertEquals(
      await Deno.readTextFile(`${directory}/told`),
      "/run/notify --ready\n",
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("the gateway command ends on SIGTERM while systemd-notify hangs", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/systemd-notify`,
      "#!/bin/sh\nexec sleep 1000\n",
      { mode: 0o755 },
    );
    await using peer = new TcpPeer(echo("a"));
    await using command = new GatewayProcess(
      [ANY, `--endpoints=${peer.address}`],
      {
        env: {
          NOTIFY_SOCKET: "/run/notify",
          PATH: `${directory}:${Deno.env.get("PATH")}`,
        },
        permissions: [
          "--allow-env=NOTIFY_SOCKET",
          "--allow-run=systemd-notify",
        ],
      },
    );
    await command.line("notifying init daemon");
    using client = await connectTo(await command.address());
    assertEquals(await readText(client, 1), "a");
    client.closeWrite();
    command.signal("SIGTERM");
    assertEquals(await command.exitCode(), 0);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

const SHORTAGES = [
  // Of the two, one is out when it accepts, the other when it dials.
  { limit: 50, flags: [] },
  { limit: 51, flags: [] },
  // Its listener is deaf then, until it listens again.
  { limit: 51, flags: ["--pass-resets"] },
];

for (const { limit, flags } of SHORTAGES) {
  const name = ["the gateway command", ...flags].join(" ");
  Deno.test(`${name} outlives a shortage of descriptors (${limit})`, async () => {
    await using peer = new TcpPeer(echo("a"));
    const args = [ANY, `--endpoints=${peer.address}`, ...flags];
    await using command = new GatewayProcess(args, {
      shell: `ulimit -n ${limit}`,
    });
    const address = await command.address();
    // Upstream's listener fails, and the process ends with code 0.
    const clients: Deno.TcpConn[] = [];
    for (let n = 0; n < 60; n++) clients.push(await connectTo(address));
    await waitFor(
      "the shortage",
      () =>
        command.lines.find((line) =>
          line.includes("failed to accept") || line.includes('reason="local"')
        ),
    );
    for (const client of clients) client.close();
    // One that comes before theirs are free may still be closed.
    await waitFor("service", async () => {
      using late = await connectTo(address);
      return await readText(late, 1) === "a";
    });
    // A shortage here says nothing about the endpoint.
    const blamed = command.lines.filter((line) => line.includes("deactivated"));
    assertEquals(blamed, []);
  });
}
