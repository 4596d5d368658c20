// The limit of streams is known and kept with TLS, too.
import {
  assert,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { Client, TimeoutError, type TlsOptions } from "../../../mod.ts";
import { startTlsCluster } from "../tls/_subject.ts";

Deno.test("Client keeps a put that waits for a stream to itself with TLS, given as it is or by a function", async () => {
  await using cluster = await startTlsCluster({
    members: 1,
    clientCertificates: false,
    extraArgs: ["--max-concurrent-streams=1"],
  });
  const { endpoints } = cluster;
  const settings: TlsOptions = { ca: cluster.authority.cert };
  for (const tls of [settings, () => Promise.resolve(settings)]) {
    const key = typeof tls;
    await using client = new Client({ endpoints, tls, keepAlive: false });
    const watch = client.watch("nobody writes this");
    await watch.ready;
    const late = await assertRejects(
      () => client.put(key, "old", { timeoutMs: 300 }),
      TimeoutError,
    );
    assert(!late.maybeCommitted);
    assertStringIncludes(
      late.message,
      `waited for the only stream that ${endpoints[0]} allows`,
    );
    await watch.close();
    const { prevKv } = await client.put(key, "new", { prevKv: true });
    assertStrictEquals(prevKv, undefined, "the old value was never there");
  }
});
