// Mutual TLS against a real server that asks for client certificates.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type Client,
  prefix,
  TlsError,
  type TlsOptions,
  type TlsProvider,
} from "../../../mod.ts";
import { CertificateAuthority } from "../../../testing/certificates/mod.ts";
import { startFaultProxy, waitFor } from "../../harness/mod.ts";
import { codeOf, ROOT, setUp } from "../auth/_subject.ts";
import {
  briefClient,
  patientClient,
  startTlsCluster,
  type TlsCluster,
} from "./_subject.ts";

const stranger = await CertificateAuthority.create("somebody else");

let tls: TlsCluster;

Deno.test.beforeAll(async () => {
  tls = await startTlsCluster({ members: 1, clientCertificates: true });
});

Deno.test.afterAll(async () => {
  await tls[Symbol.asyncDispose]();
});

/** The settings of a client whose certificate names somebody. */
async function as(
  commonName: string,
  { by = tls.authority, expired = false } = {},
): Promise<TlsOptions> {
  const { cert, key } = await by.issue({ commonName, expired });
  return { ca: tls.authority.cert, cert, key };
}

function clientWith(
  settings: TlsOptions | TlsProvider,
  endpoints: readonly string[] = tls.endpoints,
): Client {
  return patientClient({ endpoints, tls: settings });
}

async function errorOf(settings: TlsOptions): Promise<TlsError> {
  await using client = briefClient({
    endpoints: tls.endpoints,
    tls: settings,
  });
  return await assertRejects(() => client.get("x"), TlsError);
}

async function faultOf(settings: TlsOptions): Promise<string> {
  return (await errorOf(settings)).fault;
}

Deno.test("Client shows its certificate to a server that asks for one", async () => {
  await using client = clientWith(await as("anybody"));
  await client.put("mutual", "x");
  assertEquals((await client.get("mutual"))?.value.text(), "x");
});

Deno.test("TlsError names a client certificate that is missing or refused", async () => {
  const { cert: ca } = tls.authority;
  assertEquals(await faultOf({ ca }), "client_certificate_missing");
  assertEquals(
    await faultOf(await as("anybody", { by: stranger })),
    "client_certificate_refused",
  );
  const expired = await errorOf(await as("anybody", { expired: true }));
  assertEquals(expired.fault, "client_certificate_refused");
  assertStringIncludes(expired.message, "'tls.cert' has expired on 20");
});

Deno.test("Client is the user whom its certificate names, and another one after a reload", async () => {
  await setUp(tls.cluster);
  await using root = clientWith(await as(ROOT.username));
  await root.auth.users.add("bob", { noPassword: true });
  await root.auth.roles.add("bob");
  await root.auth.roles.grantPermission("bob", {
    type: "readwrite",
    keys: prefix("bob/"),
  });
  await root.auth.users.grantRole("bob", "bob");
  await using proxy = await startFaultProxy(tls.ports[0] ?? 0);
  let settings = await as("alice");
  await using client = clientWith(() => settings, [
    proxy.endpoint.replace("http", "https"),
  ]);
  await client.put("app/x", "alice's");
  assertEquals(await codeOf(client.put("bob/x", "?")), "permission_denied");
  settings = await as("bob");
  assertEquals(await codeOf(client.put("bob/x", "?")), "permission_denied");
  await proxy.cutAll();
  await waitFor("the new user", async () => {
    return await codeOf(client.put("bob/x", "bob's")) === "none";
  });
  assertEquals(await codeOf(client.put("app/x", "?")), "permission_denied");
  assertEquals((await root.get("app/x"))?.value.text(), "alice's");
  assertEquals((await root.get("bob/x"))?.value.text(), "bob's");
});
