import { createPrivateKey, X509Certificate } from "node:crypto";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";

/** The kinds of content of a PEM text. */
export type PemContent = "certificate" | "private key";

interface Block {
  readonly label: string;
  readonly text: string;
  readonly body: string;
}

const LABELS: Readonly<Record<PemContent, RegExp>> = {
  certificate: /^CERTIFICATE$/,
  "private key": /^((RSA|EC|ENCRYPTED) )?PRIVATE KEY$/,
};
const BEGIN = "-----BEGIN ";
const BLOCK =
  /-----BEGIN ([A-Z0-9 ]+)-----\r?\n?([^-]*(?:-(?!----)[^-]*)*)(-----END \1-----)?/g;
const SEQUENCE = 0x30;

/**
 * Checks that a PEM text has the right content, and is whole. Errors show
 * nothing of the text: it may be a key all the same.
 *
 * @throws {InvalidOptionError} If the text is not acceptable.
 */
export function checkPem(
  pem: string,
  { option, content }: {
    readonly option: string;
    readonly content: PemContent;
  },
): void {
  const fail = (expected: string, shown: string): never => {
    throw new InvalidOptionError(option, undefined, { expected, shown });
  };
  const all = blocksOf(pem);
  const blocks = all.filter(({ label }) => LABELS[content].test(label));
  if (blocks.length === 0) {
    const shown = all.length === 0
      ? `${pem.length} characters without '${BEGIN}'`
      : `PEM of ${all.map(({ label }) => `'${label}'`).join(", ")}`;
    const what = all.length === 0
      ? "the contents of a file and not its name"
      : `with a ${content}`;
    fail(`PEM, ${what}`, shown);
  }
  for (const [at, { label, text, body }] of blocks.entries()) {
    const shown = `PEM whose block ${at + 1} of ${blocks.length}, '${label}', `;
    if (isEncrypted(label, body)) {
      fail(
        "a key without a passphrase, as none can be given: decrypt it where it is read",
        `${shown}is encrypted`,
      );
    }
    if (!text.endsWith(`-----END ${label}-----`)) {
      fail("PEM that is whole", `${shown}has no end`);
    }
    if (!isDer(body)) {
      fail("PEM that is whole", `${shown}is damaged or cut off`);
    }
  }
}

/**
 * Checks that a key is the certificate's. Keys of a kind that cannot be read
 * here are accepted: the handshake will show.
 *
 * @throws {InvalidOptionError} If the key certainly belongs to another one.
 */
export function checkKeyPair(cert: string, key: string): void {
  let matches = true;
  try {
    matches = leafOf(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return;
  }
  if (matches) return;
  throw new InvalidOptionError("tls.key", undefined, {
    expected: "the private key of the certificate in 'tls.cert'",
    shown: `the key of a certificate other than ${subjectOf(cert)}`,
  });
}

function subjectOf(cert: string): string {
  return JSON.stringify(leafOf(cert).subject.replaceAll("\n", ", "));
}

/** The first certificate of a chain; those behind it are its authorities'. */
function leafOf(cert: string): X509Certificate {
  const leaf = blocksOf(cert).find(({ label }) =>
    LABELS.certificate.test(label)
  );
  return new X509Certificate(leaf?.text ?? cert);
}

function blocksOf(pem: string): Block[] {
  return [...pem.matchAll(BLOCK)].map(([text, label = "", body = ""]) => ({
    label,
    text,
    body,
  }));
}

function isEncrypted(label: string, body: string): boolean {
  return label === "ENCRYPTED PRIVATE KEY" ||
    /^Proc-Type:.*ENCRYPTED/.test(body);
}

/** Whether a block is the base64 of one DER sequence, and all of it. */
function isDer(body: string): boolean {
  // An EC key may have headers, such as `Key-Id: …`, and a blank line.
  const text = body.replace(/^[A-Za-z-]+:.*$/gm, "").replace(/\s/g, "");
  let bytes: string;
  try {
    bytes = atob(text);
  } catch {
    return false;
  }
  const at = (index: number) => bytes.charCodeAt(index);
  if (bytes.length < 2 || at(0) !== SEQUENCE) return false;
  const short = at(1);
  if (short < 0x80) return bytes.length === 2 + short;
  const lengthBytes = short - 0x80;
  let length = 0;
  for (let index = 2; index < 2 + lengthBytes; index++) {
    length = length * 256 + at(index);
  }
  return bytes.length === 2 + lengthBytes + length;
}
