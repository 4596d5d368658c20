// The gateway in front of a real cluster: etcd's own client, and its members.
import { assert, assertEquals } from "@std/assert";
import { run } from "../../harness/programs/_run.ts";
import { type Member, waitFor } from "../../harness/mod.ts";
import { GatewayProcess } from "../../unit/gateway/_process.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

const ANY = "--listen-addr=127.0.0.1:0";

startThreeMembers();

/** Past the fault proxies, which accept for a member that is dead. */
function memberAddresses(): string[] {
  return cluster.members.map(({ directEndpoint }) => directEndpoint);
}

/** Runs etcdctl to its end, with the gateway as its only endpoint. */
async function etcdctl(
  address: string,
  ...args: readonly string[]
): Promise<string> {
  const { etcdctl } = cluster.binaries;
  if (etcdctl === undefined) throw new Error("there is no etcdctl");
  const output = await run("env", [
    "ETCDCTL_API=3",
    etcdctl,
    `--endpoints=${address}`,
    "--command-timeout=10s",
    ...args,
  ]);
  return output.trim();
}

Deno.test("etcdctl works through the gateway as the members go one by one", async () => {
  await cluster.reset();
  await using command = new GatewayProcess([
    ANY,
    `--endpoints=${memberAddresses().join(",")}`,
    "--retry-delay=500ms",
  ]);
  const address = await command.address();
  for (const member of cluster.members) {
    await member.kill();
    // A put that a dying leader has taken is lost for seven seconds.
    await cluster.leader();
    assertEquals(await etcdctl(address, "put", "ctl/key", member.name), "OK");
    assertEquals(
      await etcdctl(address, "get", "ctl/key", "--print-value-only"),
      member.name,
    );
    const granted = await etcdctl(address, "lease", "grant", "60");
    const lease = /lease (\S+) granted/.exec(granted)?.[1] ?? "";
    assert(
      (await etcdctl(address, "lease", "timetolive", lease))
        .includes("granted with TTL(60s)"),
    );
    await member.restart();
    const told = (text: RegExp) =>
      command.lines.filter((line) => text.test(line)).length;
    await waitFor(
      "the gateway using every member",
      () => told(/\bactivated\b/) === told(/\bdeactivated\b/),
    );
  }
});

Deno.test("etcdctl watch goes on through the gateway when its member is killed", async () => {
  await cluster.reset();
  const { etcdctl: program = "" } = cluster.binaries;
  await using command = new GatewayProcess([
    ANY,
    `--endpoints=${memberAddresses().join(",")}`,
  ]);
  const address = await command.address();
  const watch = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@"', program, `--endpoints=${address}`, "watch"]
      .concat("ctl/watched"),
    env: { ETCDCTL_API: "3" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let output = "";
  const reading = (async () => {
    const text = watch.stdout.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) output += chunk;
  })();
  try {
    // It says nothing when it is ready, so it is asked until it shows.
    let serial = 0;
    const shown = async () => {
      await etcdctl(address, "put", "ctl/watched", `value-${++serial}`);
      return output.includes("value-");
    };
    await waitFor("the first event", shown, { intervalMs: 100 });
    const [member] = cluster.members;
    await member?.kill();
    await cluster.leader();
    const last = `value-${++serial}`;
    await etcdctl(address, "put", "ctl/watched", last);
    await waitFor(
      "the event after the fault",
      () => output.includes(`${last}\n`),
      { timeoutMs: 20_000 },
    );
  } finally {
    watch.kill("SIGKILL");
    await watch.status;
    await reading;
  }
});

for (
  const { name, strike } of [
    {
      name: "falls silent",
      strike: (member: Member) => member.proxy.set({ kind: "blackhole" }),
    },
    {
      name: "is cut off from the others",
      strike: (member: Member) => cluster.isolate(member),
    },
  ]
) {
  Deno.test(`etcdctl works through the gateway when its member ${name}`, async () => {
    await cluster.reset();
    const [member] = cluster.members;
    assert(member);
    await using command = new GatewayProcess([
      ANY,
      `--endpoints=${cluster.endpoints.join(",")}`,
      "--dial-timeout=1s",
      "--probe-interval=300ms",
    ], { permissions: ["--allow-env"] });
    const address = await command.address();
    assertEquals(await etcdctl(address, "put", "ctl/before", name), "OK");
    await strike(member);
    await command.line("deactivated endpoint");
    await cluster.leader();
    assertEquals(await etcdctl(address, "put", "ctl/after", name), "OK");
    assertEquals(
      await etcdctl(address, "get", "ctl/after", "--print-value-only"),
      name,
    );
  });
}

/** With the least that the gateway needs for its questions, beside the net. */
const TRANSPORTS = [
  { transport: "http2", permissions: [] },
  { transport: "grpc-js", permissions: ["--allow-env"] },
];

for (const { transport, permissions } of TRANSPORTS) {
  Deno.test(`the gateway command follows the cluster's members over ${transport}`, async () => {
    await cluster.reset();
    const [first] = cluster.members;
    await using command = new GatewayProcess([
      ANY,
      `--endpoints=${first?.endpoint}`,
      "--sync-members",
      "--refresh-interval=200ms",
      "--log-format=json",
      `--transport=${transport}`,
    ], { permissions });
    const line = await command.line("endpoints have changed");
    const { endpoints } = JSON.parse(line);
    assertEquals(
      [...endpoints].sort(),
      cluster.endpoints.map((endpoint) => new URL(endpoint).host).sort(),
    );
    // The one member it was told of may go: it has learned of the others.
    const address = await command.address();
    await first?.proxy.set({ kind: "refuse" });
    assertEquals(await etcdctl(address, "put", "ctl/synced", "yes"), "OK");
  });
}
