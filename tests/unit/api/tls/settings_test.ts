// What is wrong with certificates and keys is told by name, and not shown.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { explainAlert } from "../../../../balancers/transport/_tls_fault.ts";
import {
  Client,
  InvalidOptionError,
  type TlsOptions,
  UnavailableError,
} from "../../../../mod.ts";
import { CertificateAuthority } from "../../../../testing/certificates/mod.ts";
import { FakeServer } from "../../../harness/mod.ts";

const authority = await CertificateAuthority.create("etcdeno tests");
const own = await authority.issue({ commonName: "alice" });
const other = await authority.issue({ commonName: "bob" });
const { cert: ca } = authority;
const MISMATCH =
  "'tls.key' must be the private key of the certificate in 'tls.cert'";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (type: "pkcs8" | "sec1") =>
  String(privateKey.export({ type, format: "pem" }));
const encrypted = own.key.replaceAll("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");

function clientWith(tls: TlsOptions | (() => TlsOptions)): Client {
  return new Client({ endpoints: "https://127.0.0.1:1", tls });
}

/** Settings, and what is said of them. */
const BAD: readonly (readonly [TlsOptions, string])[] = [
  [{ ca, cert: own.cert, key: other.key }, MISMATCH],
  [{ ca, cert: own.cert + ca, key: other.key }, MISMATCH],
  [{ cert: own.cert, key: pem("sec1") }, MISMATCH],
  [
    { cert: own.key, key: own.cert },
    "'tls.cert' must be PEM, with a certificate: current value is PEM of 'PRIVATE KEY'",
  ],
  [
    { cert: own.cert, key: own.cert },
    "'tls.key' must be PEM, with a private key: current value is PEM of 'CERTIFICATE'",
  ],
  [
    { cert: own.cert, key: encrypted },
    "'tls.key' must be a key without a passphrase",
  ],
  [
    {
      cert: own.cert,
      key: pem("sec1").replace(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
      ),
    },
    "'tls.key' must be a key without a passphrase",
  ],
  [
    { ca: ca.slice(0, -30) },
    "'tls.ca' must be PEM that is whole: current value is PEM whose block 1 of 1, 'CERTIFICATE', has no end",
  ],
  [
    { ca: ca + ca.replace(/\n[^\n]+\n-----END/, "\n-----END") },
    "'tls.ca' must be PEM that is whole: current value is PEM whose block 2 of 2, 'CERTIFICATE', is damaged or cut off",
  ],
  [{ ca: ca.replace("MII", "M*I") }, "block 1 of 1, 'CERTIFICATE', is damaged"],
  [
    { cert: own.cert, key: new TextEncoder().encode(other.key) },
    MISMATCH,
  ],
];

Deno.test("Client refuses keys and certificates that cannot be, naming the option and showing no key", () => {
  for (const [tls, text] of BAD) {
    const error = assertThrows(
      () => clientWith(tls),
      InvalidOptionError,
      text,
      text,
    );
    for (const line of [own.key, other.key, encrypted, pem("sec1")]) {
      const secret = line.split("\n")[1] ?? "";
      assertFalse(Deno.inspect(error).includes(secret), text);
    }
  }
});

Deno.test("Client takes keys and certificates in their usual forms", async () => {
  const words = "Bag Attributes\n    friendlyName: etcd\n";
  for (
    const tls of [
      { ca },
      { ca: ca + ca, cert: own.cert + ca, key: own.key },
      { ca: words + ca, cert: words + own.cert, key: words + own.key },
      // Both in one file, as some have them.
      { cert: own.key + own.cert, key: own.key + own.cert },
      { ca: ca.replaceAll("\n", "\r\n"), cert: own.cert, key: own.key },
      { ca: new TextEncoder().encode(ca) },
    ]
  ) {
    await using client = clientWith(tls);
    assertEquals(client.balancer.dials, 0);
  }
});

Deno.test("A tls function that gives a key of another certificate is named, and asked again", async () => {
  await using server = await FakeServer.start();
  let asked = 0;
  await using client = new Client({
    endpoints: server.endpoint.replace("http", "https"),
    tls: () => {
      asked++;
      return { ca, cert: own.cert, key: other.key };
    },
  });
  await assertRejects(
    () => client.get("k", { timeoutMs: 2_500 }),
    UnavailableError,
    MISMATCH,
  );
  // A file may just have been renewed, and the other not yet.
  assert(asked > 1);
});

Deno.test("A refused client certificate that has expired is said to have", async () => {
  const alert = Object.assign(new Error("alert"), {
    code: "ERR_SSL_TLSV1_ALERT_BAD_CERTIFICATE",
  });
  const reasonOf = (cert: string) =>
    explainAlert(alert, { own: { cert: Buffer.from(cert) } })?.reason ?? "";
  const { cert } = await authority.issue({ commonName: "x", expired: true });
  const reason = reasonOf(cert);
  assert(reason.includes("'tls.cert' has expired on 20"), reason);
  assertFalse(reasonOf(own.cert).includes("expired"));
});

Deno.test("Client shows no key of the wrong type, nor one in place of the settings", () => {
  const { cert, key } = own;
  const secret = key.split("\n")[1] ?? "";
  for (
    const tls of [
      { cert, key: [key] },
      { cert, key: { pem: key } },
      { ca: [key] },
      key,
    ] as unknown[]
  ) {
    const error = assertThrows(
      () => clientWith(tls as TlsOptions),
      InvalidOptionError,
      "'tls",
    );
    assertFalse(Deno.inspect(error).includes(secret), error.message);
  }
});
