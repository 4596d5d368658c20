// TLS against real servers: what works, and what each fault is called.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import {
  type ClientOptions,
  TlsError,
  type TlsOptions,
  UnavailableError,
} from "../../../mod.ts";
import { CertificateAuthority } from "../../../testing/certificates/mod.ts";
import { startFaultProxy, waitFor } from "../../harness/mod.ts";
import {
  briefClient,
  failureOf,
  patientClient,
  startTlsCluster,
  type TlsCluster,
} from "./_subject.ts";

const stranger = await CertificateAuthority.create("somebody else");

let tls: TlsCluster;
let ca: string;

Deno.test.beforeAll(async () => {
  tls = await startTlsCluster({ members: 3, clientCertificates: false });
  ca = tls.authority.cert;
});

Deno.test.afterAll(async () => {
  await tls[Symbol.asyncDispose]();
});

/** How a client of the first member fails. */
async function failure(
  options: Omit<ClientOptions, "endpoints"> & { readonly endpoint?: string },
): Promise<UnavailableError> {
  const { endpoint = tls.endpoints[0] ?? "", ...rest } = options;
  return await failureOf({ ...rest, endpoints: endpoint });
}

async function tlsFault(
  settings: TlsOptions,
  options: Partial<ClientOptions> & { readonly endpoint?: string } = {},
): Promise<string> {
  const error = await failure({ ...options, tls: settings });
  return error instanceof TlsError ? error.fault : error.message;
}

/** Kills the first member, which does not lead: no election is meant. */
async function killFirst(): Promise<void> {
  const [first, second] = tls.cluster.members;
  if (second !== undefined) await tls.cluster.moveLeader(second);
  await first?.kill();
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | #62 an expired certificate is named as such`, async () => {
    const { authority } = tls;
    const expired = await authority.issue({
      addresses: ["127.0.0.1"],
      expired: true,
    });
    await tls.install(0, expired);
    try {
      const error = await failure({ balancer, tls: { ca } });
      assertEquals(error.code, "tls_failed");
      assertStringIncludes(error.message, "its certificate has expired on ");
    } finally {
      await tls.restore(0);
    }
  });

  Deno.test(`${balancer} | #62 a client without TLS at a TLS port fails`, async () => {
    const endpoint = `http://127.0.0.1:${tls.ports[0]}`;
    const error = await failure({ balancer, endpoint });
    assertEquals(error.code, "unavailable");
    assertStringIncludes(error.message, "Or an https endpoint?");
  });

  Deno.test(`${balancer} | #33 TLS with the first endpoint down before the client is made`, async () => {
    await killFirst();
    try {
      await using client = patientClient({
        balancer,
        endpoints: tls.endpoints,
        tls: { ca },
      });
      await client.put("#33", "before");
      assertEquals((await client.get("#33"))?.value.text(), "before");
    } finally {
      await tls.cluster.reset();
    }
  });

  Deno.test(`${balancer} | #33 TLS with the first endpoint down after the client is made`, async () => {
    try {
      const [first = ""] = tls.endpoints;
      await using client = patientClient({
        balancer,
        endpoints: first,
        tls: { ca },
      });
      await client.connect();
      client.setEndpoints(tls.endpoints);
      await killFirst();
      assertEquals(await client.get("nothing"), undefined);
      await client.put("#33", "after");
      assertEquals((await client.get("#33"))?.value.text(), "after");
    } finally {
      await tls.cluster.reset();
    }
  });
}

Deno.test("Client reaches members by TLS, by address and by name", async () => {
  const byName = tls.ports.map((port) => `localhost:${port}`);
  for (const endpoints of [tls.endpoints, byName]) {
    await using client = patientClient({ endpoints, tls: { ca } });
    await client.put("tls", "x");
    assertEquals((await client.get("tls"))?.value.text(), "x");
  }
});

Deno.test("Client uses a list in which some endpoints are https", async () => {
  const plain = tls.cluster.members[1]?.endpoint ?? "";
  const endpoints = [tls.endpoints[0] ?? "", plain];
  await using client = patientClient({ endpoints, tls: { ca } });
  const members = new Set<bigint>();
  await waitFor("answers of both", async () => {
    members.add((await client.put("mixed", "x")).header.memberId);
    return members.size === 2;
  });
});

Deno.test("Client takes a name for each endpoint from tls.serverName", async () => {
  const { authority, endpoints } = tls;
  const names = new Map(
    endpoints.map((endpoint, at) => [endpoint, `m${at + 1}.test`]),
  );
  for (const [at, name] of [...names.values()].entries()) {
    await tls.install(at, await authority.issue({ names: [name] }));
  }
  try {
    const serverName = (endpoint: string) => names.get(endpoint);
    await using client = patientClient({ endpoints, tls: { ca, serverName } });
    await waitFor("three connections", async () => {
      await client.connect();
      return client.balancer.endpoints.every(({ state }) => state === "ready");
    });
    assertEquals(await tlsFault({ ca, serverName: "m2.test" }), "wrong_name");
  } finally {
    for (const at of endpoints.keys()) await tls.restore(at);
  }
});

Deno.test("TlsError names what TLS has against a server", async () => {
  const { authority } = tls;
  const address = { addresses: ["127.0.0.1"] };
  assertEquals(await tlsFault({ ca: stranger.cert }), "unknown_authority");
  assertEquals(await tlsFault({}), "unknown_authority");
  const endpoint = tls.cluster.members[0]?.endpoint.replace("http", "https");
  assertEquals(await tlsFault({ ca }, { endpoint: endpoint ?? "" }), "not_tls");
  const cases = [
    ["wrong_name", await authority.issue({ names: ["etcd.test"] })],
    ["wrong_name", await authority.issue({ addresses: ["127.0.0.2"] })],
    ["expired", await authority.issue({ ...address, expired: true })],
    ["unknown_authority", await stranger.issue(address)],
  ] as const;
  for (const [fault, certificate] of cases) {
    await tls.install(0, certificate);
    assertEquals(await tlsFault({ ca }), fault);
  }
  await tls.restore(0);
});

Deno.test("TlsError is not thrown when an endpoint fails for another reason", async () => {
  await using dead = await startFaultProxy(1);
  await dead.set({ kind: "refuse" });
  await using client = briefClient({
    endpoints: [tls.endpoints[0] ?? "", dead.endpoint],
    tls: { ca: stranger.cert },
  });
  const error = await assertRejects(() => client.get("x"), UnavailableError);
  assertEquals(error.code, "unavailable");
  assertStringIncludes(error.message, "unable to verify its certificate");
});

Deno.test("Client goes on by the good endpoint when the others' certificates are refused", async () => {
  await tls.install(0, await stranger.issue({ addresses: ["127.0.0.1"] }));
  await tls.install(1, await stranger.issue({ addresses: ["127.0.0.1"] }));
  try {
    for (const balancer of BALANCER_NAMES) {
      const { endpoints } = tls;
      await using client = patientClient({ balancer, endpoints, tls: { ca } });
      for (let calls = 0; calls < 5; calls++) await client.put("good", "x");
    }
  } finally {
    await tls.restore(0);
    await tls.restore(1);
  }
});

Deno.test("Client.syncEndpoints() does not go from TLS to plain text", async () => {
  // The members advertise http alone.
  await using client = patientClient({ endpoints: tls.endpoints, tls: { ca } });
  assertEquals(await client.syncEndpoints(), tls.endpoints);
  const [plain = ""] = tls.cluster.endpoints;
  const [secure = ""] = tls.endpoints;
  await using mixed = patientClient({
    endpoints: [secure, plain],
    tls: { ca },
  });
  assertEquals(
    [...await mixed.syncEndpoints()].sort(),
    [...tls.cluster.endpoints].sort(),
  );
});
