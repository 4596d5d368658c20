import {
  bitString,
  integer,
  joined,
  octetString,
  oid,
  sequence,
  setOf,
  tagged,
  text,
  utcTime,
  yes,
} from "./_der.ts";

/** A certificate with its private key, both PEM. */
export interface Certificate {
  /** The certificate. */
  readonly cert: string;
  /** The private key of it. */
  readonly key: string;
}

/** Uses of a certificate. */
export interface CertificateOptions {
  /** The DNS names it is for. */
  readonly names?: readonly string[];
  /** The IPv4 addresses it is for, and `::1`. */
  readonly addresses?: readonly string[];
  /** Whom it names; `""` for nobody. @default {the first of its names} */
  readonly commonName?: string;
  /** Whether its time is over. @default {false} */
  readonly expired?: boolean;
}

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const DAY_MS = 86_400_000;
const SERIAL_BYTES = 16;
/** ECDSA with SHA-256. */
const SIGNATURE = sequence(oid("1.2.840.10045.4.3.2"));
const COMMON_NAME = oid("2.5.4.3");
const BASIC_CONSTRAINTS = oid("2.5.29.19");
const ALTERNATIVE_NAMES = oid("2.5.29.17");

/** An authority of a test's own, made in memory. */
export class CertificateAuthority {
  readonly #name: Uint8Array;
  readonly #keys: CryptoKeyPair;
  /** The authority's own certificate, PEM. */
  readonly cert: string;

  private constructor(
    name: Uint8Array,
    { keys, cert }: { readonly keys: CryptoKeyPair; readonly cert: string },
  ) {
    this.#name = name;
    this.#keys = keys;
    this.cert = cert;
  }

  /** Makes one that nobody trusts yet. */
  static async create(commonName: string): Promise<CertificateAuthority> {
    const keys = await makeKeys();
    const name = nameOf(commonName);
    const cert = await signed({
      issuer: name,
      subject: name,
      publicKey: keys.publicKey,
      ageMs: 0,
      extension: sequence(
        BASIC_CONSTRAINTS,
        yes(),
        octetString(sequence(yes())),
      ),
    }, keys.privateKey);
    return new CertificateAuthority(name, { keys, cert });
  }

  /** Issues a certificate. */
  async issue(
    { names = [], addresses = [], commonName, expired }: CertificateOptions,
  ): Promise<Certificate> {
    const keys = await makeKeys();
    const alternatives = [
      ...names.map((name) => tagged(0x82, new TextEncoder().encode(name))),
      ...addresses.map((address) => tagged(0x87, bytesOf(address))),
    ];
    const cert = await signed({
      issuer: this.#name,
      subject: nameOf(commonName ?? names[0] ?? addresses[0] ?? "nobody"),
      publicKey: keys.publicKey,
      ageMs: expired ? 2 * DAY_MS : 0,
      extension: alternatives.length === 0 ? undefined : sequence(
        ALTERNATIVE_NAMES,
        octetString(sequence(...alternatives)),
      ),
    }, this.#keys.privateKey);
    const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    return { cert, key: pem("PRIVATE KEY", new Uint8Array(key)) };
  }
}

interface CertificateParts {
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: CryptoKey;
  readonly ageMs: number;
  readonly extension: Uint8Array | undefined;
}

/** A certificate of these parts (RFC 5280), valid a day around its time. */
async function signed(
  parts: CertificateParts,
  signer: CryptoKey,
): Promise<string> {
  const { issuer, subject, publicKey, ageMs, extension } = parts;
  const nowMs = Date.now() - ageMs;
  const body = sequence(
    // Version 3, which has extensions.
    tagged(0xa0, integer(new Uint8Array([2]))),
    integer(crypto.getRandomValues(new Uint8Array(SERIAL_BYTES))),
    SIGNATURE,
    issuer,
    sequence(
      utcTime(new Date(nowMs - DAY_MS)),
      utcTime(new Date(nowMs + DAY_MS)),
    ),
    subject,
    new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)),
    ...extension === undefined ? [] : [tagged(0xa3, sequence(extension))],
  );
  const signature = new Uint8Array(
    await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      signer,
      body as Uint8Array<ArrayBuffer>,
    ),
  );
  // Both numbers in one piece, as the web has it.
  const half = signature.length / 2;
  const numbers = sequence(
    integer(signature.subarray(0, half)),
    integer(signature.subarray(half)),
  );
  return pem("CERTIFICATE", sequence(body, SIGNATURE, bitString(numbers)));
}

async function makeKeys(): Promise<CryptoKeyPair> {
  const extractable = true;
  const usages: KeyUsage[] = ["sign", "verify"];
  const keys = await crypto.subtle.generateKey(CURVE, extractable, usages);
  return keys as CryptoKeyPair;
}

function nameOf(commonName: string): Uint8Array {
  if (commonName === "") return sequence();
  return sequence(setOf(sequence(COMMON_NAME, text(commonName))));
}

function bytesOf(address: string): Uint8Array {
  if (address === "::1") {
    return joined(new Uint8Array(15), new Uint8Array([1]));
  }
  return new Uint8Array(address.split(".").map(Number));
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${
    lines.join("\n")
  }\n-----END ${label}-----\n`;
}
