// TLS and users: what a client is given fits what the members want.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AuthError,
  Client,
  PermissionDeniedError,
  UnavailableError,
} from "../../../mod.ts";
import { startEtcd, type TestCluster } from "../../harness/mod.ts";

/** Puts and gets a key as the cluster's own client does. */
async function works(etcd: TestCluster): Promise<void> {
  await using client = new Client(etcd.clientOptions);
  await client.put("greeting", "hello");
  assertEquals((await client.get("greeting"))?.value.text(), "hello");
}

Deno.test("startEtcd({ tls: true }) serves clients that trust its certificates, behind faults and after a restart", async () => {
  await using etcd = await startEtcd({ members: 1, tls: true });
  const { endpoints, tls } = etcd.clientOptions;
  assert(endpoints.every((endpoint) => endpoint.startsWith("https://")));
  assertEquals(Object.keys(tls ?? {}), ["ca"]);
  await works(etcd);
  await using stranger = new Client({ endpoints });
  const error = await assertRejects(
    () => stranger.get("greeting", { timeoutMs: 1_000 }),
    UnavailableError,
  );
  assert(/certificate|issuer|authority/i.test(String(error)), String(error));
  await etcd.link(0).set("refuse");
  await etcd.member(0).restart();
  await etcd.reset();
  await works(etcd);
  assert((await etcd.member(0).metrics()).includes("etcd_server_has_leader 1"));
});

Deno.test('startEtcd({ tls: "mutual", auth }) wants a certificate and a password, and gives both', async () => {
  const auth = { password: "of this test" };
  await using etcd = await startEtcd({ members: 3, tls: "mutual", auth });
  const options = etcd.clientOptions;
  assertEquals(Object.keys(options.tls ?? {}).sort(), ["ca", "cert", "key"]);
  assertEquals(options.auth, { username: "root", ...auth });
  await works(etcd);
  const { endpoints, tls, auth: root } = options;
  const { ca = "" } = tls ?? {};
  assert(root !== undefined);
  await using nobody = new Client({ endpoints, tls: { ca }, auth: root });
  await assertRejects(
    () => nobody.get("greeting", { timeoutMs: 1_000 }),
    UnavailableError,
  );
  assert(tls !== undefined);
  await using user = new Client({ endpoints, tls });
  await assertRejects(() => user.get("greeting"), PermissionDeniedError);
  await etcd.moveLeader(1);
  assertEquals((await etcd.leader()).name, "m2");
  await works(etcd);
});

Deno.test("startEtcd({ auth: true }) can be saved and restored, and asks who calls afterwards, too", async () => {
  await using etcd = await startEtcd({ members: 1, tls: true, auth: true });
  await works(etcd);
  const saved = await etcd.snapshot();
  await using client = new Client(etcd.clientOptions);
  await client.put("greeting", "later");
  await client.put("other", "key");
  await etcd.restore({ snapshot: saved });
  // A client of before has a token of later: etcd would wait for that time.
  await using restored = new Client(etcd.clientOptions);
  assertEquals((await restored.get("greeting"))?.value.text(), "hello");
  assertEquals(await restored.get("other"), undefined);
  // Without a snapshot there is neither data nor user: one is made again.
  await etcd.restore();
  await using again = new Client(etcd.clientOptions);
  assertEquals(await again.get("greeting"), undefined);
  const { auth: _, ...options } = etcd.clientOptions;
  await using nobody = new Client(options);
  await assertRejects(() => nobody.get("greeting"), AuthError);
});
