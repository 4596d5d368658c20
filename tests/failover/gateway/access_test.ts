// What the gateway command itself asks of members: probes, and who they are.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AuthError, EtcdError, UnavailableError } from "../../../errors/mod.ts";
import { openClusterAccess } from "../../../gateway/_cluster_access.ts";
import { readSettings } from "../../../gateway/command/_settings.ts";
import { CertificateAuthority } from "../../../testing/certificates/mod.ts";
import { ROOT, setAuth, setUp } from "../auth/_subject.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

Deno.test("the gateway command's probe tells a member that serves from one that does not", async () => {
  await cluster.reset();
  const settings = await readSettings(new Map([["dial-timeout", ["3s"]]]));
  const { probe } = openClusterAccess(settings);
  const { signal } = new AbortController();
  const ask = async (index: number): Promise<string> => {
    const host = new URL(cluster.endpoints[index] ?? "").host;
    try {
      await probe(host, signal);
      return "well";
    } catch (error) {
      return error instanceof EtcdError ? error.code : String(error);
    }
  };
  assertEquals(await ask(0), "well");
  const [isolated, silent, dead] = cluster.members;
  assert(isolated && silent && dead);
  await silent.proxy.set({ kind: "blackhole" });
  assertEquals(await ask(1), "unavailable");
  await silent.proxy.set({ kind: "pass" });
  await cluster.isolate(isolated);
  assertEquals(await ask(0), "timeout");
  await cluster.heal();
  await dead.kill();
  assertEquals(await ask(2), "unavailable");
});

Deno.test("the gateway command's probe speaks TLS, and trusts the given CA alone", async () => {
  await cluster.reset();
  const authority = await CertificateAuthority.create("etcdeno tests");
  const stranger = await CertificateAuthority.create("somebody else");
  const certificate = await authority.issue({ names: ["localhost"] });
  const hostname = "127.0.0.1";
  const listener = Deno.listenTls({
    hostname,
    port: 0,
    alpnProtocols: ["h2"],
    ...certificate,
  });
  const { directEndpoint = "" } = cluster.members[0] ?? {};
  const serving = (async () => {
    for (let left = 2; left > 0; left--) {
      const client = await listener.accept();
      const port = Number(new URL(directEndpoint).port);
      const member = await Deno.connect({ hostname, port });
      // Whoever hangs up first, however: both are closed by it.
      await Promise.allSettled([
        client.readable.pipeTo(member.writable),
        member.readable.pipeTo(client.writable),
      ]);
    }
  })();
  const address = `localhost:${listener.addr.port}`;
  const { signal } = new AbortController();
  const probe = async (ca: string) => {
    const { probe } = openClusterAccess({
      ...await readSettings(
        new Map([["endpoints", [`https://${address}`]], ["dial-timeout", [
          "1s",
        ]]]),
      ),
      tls: { ca, cert: undefined, key: undefined },
    });
    await probe(address, signal);
  };
  await probe(authority.cert);
  await assertRejects(() => probe(stranger.cert), UnavailableError);
  await serving;
  listener.close();
});

Deno.test("the gateway command asks for the members as its user, and probes as nobody", async () => {
  await cluster.reset();
  const settings = await readSettings(new Map([["dial-timeout", ["1s"]]]));
  const { signal } = new AbortController();
  const hosts = cluster.endpoints.map((endpoint) => new URL(endpoint).host);
  await setUp(cluster);
  try {
    await openClusterAccess(settings).probe(hosts[0] ?? "", signal);
    const askAs = (password: string) =>
      openClusterAccess({ ...settings, auth: { ...ROOT, password } })
        .members(hosts, signal);
    const found = await askAs(ROOT.password);
    assertEquals([...found].sort(), [...cluster.endpoints].sort());
    await assertRejects(() => askAs("wrong"), AuthError);
  } finally {
    await setAuth(cluster, "off");
  }
});
