// TLS settings by a function: new ones for new connections, and none.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ClientClosedError, type TlsOptions } from "../../../mod.ts";
import { CertificateAuthority } from "../../../testing/certificates/mod.ts";
import { startFaultProxy, waitFor } from "../../harness/mod.ts";
import {
  briefClient,
  failureOf,
  patientClient,
  startTlsCluster,
  type TlsCluster,
} from "./_subject.ts";

let tls: TlsCluster;
let ca: string;
let endpoints: string;

Deno.test.beforeAll(async () => {
  tls = await startTlsCluster({ members: 1, clientCertificates: false });
  ca = tls.authority.cert;
  endpoints = tls.endpoints[0] ?? "";
});

Deno.test.afterAll(async () => {
  await tls[Symbol.asyncDispose]();
});

Deno.test("Client asks a tls function for the settings of each new connection", async () => {
  const [port = 0] = tls.ports;
  const next = await CertificateAuthority.create("the next authority");
  await using proxy = await startFaultProxy(port);
  let asked = 0;
  let trusted = ca;
  await using client = patientClient({
    endpoints: proxy.endpoint.replace("http", "https"),
    tls: () => {
      asked++;
      return Promise.resolve({ ca: trusted });
    },
  });
  await client.put("reload", "1");
  assertEquals(asked, 1);
  try {
    await tls.install(0, await next.issue({ addresses: ["127.0.0.1"] }));
    await client.put("reload", "2");
    assertEquals(asked, 1);
    trusted = next.cert;
    await proxy.cutAll();
    await waitFor("a new connection", async () => {
      assertEquals((await client.get("reload"))?.value.text(), "2");
      return asked > 1;
    });
    await client.put("reload", "3");
  } finally {
    await tls.restore(0);
  }
});

Deno.test("Client says that a tls function has failed, or is late", async () => {
  const broken = await failureOf({
    endpoints,
    tls: () => Promise.reject(new Error("the disk is gone")),
  });
  assertStringIncludes(broken.message, "no settings for TLS: the disk is");
  const late = await failureOf({
    endpoints,
    dialTimeoutMs: 200,
    tls: () => new Promise<TlsOptions>(() => {}),
  });
  assertStringIncludes(
    late.message,
    "'tls' returned no settings within 200 ms",
  );
  const wrong = await failureOf({ endpoints, tls: () => ({ ca: 1 as never }) });
  assertStringIncludes(wrong.message, "'tls.ca' must be PEM as a string");
});

Deno.test("Client.close() does not wait for a tls function", async () => {
  const settings = Promise.withResolvers<TlsOptions>();
  const client = briefClient({
    endpoints,
    tls: () => settings.promise,
  });
  const pending = assertRejects(() => client.get("x"), ClientClosedError);
  await client.close();
  await pending;
  // What comes too late is not dialled with: the sanitizers would see it.
  settings.resolve({ ca });
  await settings.promise;
  assertEquals(client.balancer.connections, 0);
});
