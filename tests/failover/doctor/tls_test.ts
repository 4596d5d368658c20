// The doctor and TLS: each fault of a certificate, and clocks.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { TlsOptions } from "../../../mod.ts";
import { main } from "../../../tools/doctor/main.ts";
import {
  type Certificate,
  CertificateAuthority,
} from "../../../testing/certificates/mod.ts";
import { TextSink } from "../../unit/tools/compare/_text_sink.ts";
import { startTlsCluster, type TlsCluster } from "../tls/_subject.ts";
import { examined } from "./_subject.ts";

let tls: TlsCluster;
let endpoint: string;
let good: TlsOptions;

Deno.test.beforeAll(async () => {
  tls = await startTlsCluster({ members: 1, clientCertificates: true });
  endpoint = tls.endpoints[0] ?? "";
  const { authority } = tls;
  const own = await authority.issue({ commonName: "doctor" });
  good = { ca: authority.cert, cert: own.cert, key: own.key };
});

Deno.test.afterAll(async () => {
  await tls[Symbol.asyncDispose]();
});

/** The faults, and the text of the first one. */
async function faults(
  options: TlsOptions | undefined,
  { endpoints = endpoint }: { readonly endpoints?: string } = {},
) {
  const { findings } = await examined(endpoints, { tls: options });
  const faults = findings.filter(({ severity }) => severity === "fault");
  return [faults.map(({ code }) => code).join(), faults[0]?.text ?? ""];
}

/** The same while the server shows another certificate. */
async function faultsWith(certificate: Certificate) {
  await tls.install(0, certificate);
  try {
    return await faults(good);
  } finally {
    await tls.restore(0);
  }
}

Deno.test("diagnose() has the certificate of a server that is well, and both clocks", async () => {
  const { found, healthy, endpoints: [report] } = await examined(endpoint, {
    tls: good,
  });
  assertEquals(found, ["note one_member cluster"]);
  assert(healthy);
  assertEquals(report?.certificate?.names.toSorted(), [
    "127.0.0.1",
    "localhost",
  ]);
  assertEquals(report?.certificate?.issuer, "etcdeno tests");
  const HOUR_MS = 3_600_000;
  const late = await examined(endpoint, {
    tls: good,
    nowMs: () => Date.now() + 20 * HOUR_MS,
  });
  assertEquals(late.found, [
    "note one_member cluster",
    `warning certificate_ends_soon ${endpoint}`,
    "warning client_certificate_ends_soon cluster",
    `warning clock_differs ${endpoint}`,
  ]);
});

Deno.test("diagnose() names an authority, a name and a time that are wrong", async () => {
  const stranger = await CertificateAuthority.create("somebody else");
  const [unknown, why] = await faults({ ...good, ca: stranger.cert });
  assertEquals(unknown, "tls_unknown_authority");
  assertStringIncludes(why ?? "", "signed by 'etcdeno tests'");
  const [wrong, names] = await faultsWith(
    await tls.authority.issue({ names: ["etcd.example.com"] }),
  );
  assertEquals(wrong, "tls_wrong_name");
  assertStringIncludes(names ?? "", "is for etcd.example.com.");
  const [expired, dates] = await faultsWith(
    await tls.authority.issue({ addresses: ["127.0.0.1"], expired: true }),
  );
  assertEquals(expired, "tls_expired");
  assertStringIncludes(dates ?? "", "It is valid from 20");
});

Deno.test("diagnose() names a client certificate that is missing or refused", async () => {
  const [missing] = await faults({ ca: tls.authority.cert });
  assertEquals(missing, "tls_client_certificate_missing");
  const stranger = await CertificateAuthority.create("somebody else");
  const own = await stranger.issue({ commonName: "doctor" });
  const [refused] = await faults({ ...good, cert: own.cert, key: own.key });
  assertEquals(refused, "tls_client_certificate_refused");
});

Deno.test("diagnose() tells http from https, in both directions", async () => {
  const plain = endpoint.replace("https", "http");
  assertEquals((await faults(undefined, { endpoints: plain }))[0], "needs_tls");
  const [member] = tls.cluster.members;
  const secure = (member?.directEndpoint ?? "").replace("http", "https");
  const [code] = await faults(good, { endpoints: secure });
  assertEquals(code, "tls_not_tls");
});

Deno.test("deno task doctor takes TLS from files, with the flags of the gateway", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = async (name: string, text: unknown) => {
      await Deno.writeTextFile(`${folder}/${name}`, String(text));
      return `${folder}/${name}`;
    };
    const args = [
      endpoint,
      `--trusted-ca-file=${await file("ca.pem", good.ca)}`,
      `--cert-file=${await file("cert.pem", good.cert)}`,
      "--key-file",
      await file("key.pem", good.key),
    ];
    const [stdout, stderr] = [new TextSink(), new TextSink()];
    assertEquals(await main(args, { stdout, stderr }), 0, stdout.text);
    assertStringIncludes(stdout.text, "certificate until 20");
    const named = [...args, "--server-name", "other.example.com"];
    const bad = new TextSink();
    assertEquals(await main(named, { stdout: bad, stderr }), 1);
    assertStringIncludes(bad.text, "--server-name");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
