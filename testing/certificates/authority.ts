import type { X509Certificate } from "@peculiar/x509";
import { loadX509 } from "./_package.ts";

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
  /** The IP addresses it is for. */
  readonly addresses?: readonly string[];
  /** Whom it names; `""` for nobody. @default {the first of its names} */
  readonly commonName?: string;
  /** Whether its time is over. @default {false} */
  readonly expired?: boolean;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

/** An authority of a test's own, made in memory. */
export class CertificateAuthority {
  readonly #certificate: X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(certificate: X509Certificate, keys: CryptoKeyPair) {
    this.#certificate = certificate;
    this.#keys = keys;
  }

  /**
   * Makes one that nobody trusts yet.
   *
   * @throws {TestingError} If the package that makes certificates is missing.
   */
  static async create(commonName: string): Promise<CertificateAuthority> {
    const { BasicConstraintsExtension, X509CertificateGenerator } =
      await loadX509();
    const keys = await makeKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...validity({ agoMs: 0 }),
      name: nameOf(commonName),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    return new CertificateAuthority(certificate, keys);
  }

  /** The authority's own certificate, PEM. */
  get cert(): string {
    return this.#certificate.toString("pem");
  }

  /** Issues a certificate. */
  async issue(
    { names = [], addresses = [], commonName, expired }: CertificateOptions,
  ): Promise<Certificate> {
    const x509 = await loadX509();
    const keys = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity({ agoMs: expired ? 2 * DAY_MS : 0 }),
      subject: nameOf(commonName ?? names[0] ?? addresses[0] ?? "nobody"),
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          ...names.map((value) => ({ type: "dns" as const, value })),
          ...addresses.map((value) => ({ type: "ip" as const, value })),
        ]),
      ],
    });
    const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    return {
      cert: certificate.toString("pem"),
      key: x509.PemConverter.encode(key, "PRIVATE KEY"),
    };
  }
}

function nameOf(commonName: string): string {
  return commonName === "" ? "" : `CN=${commonName}`;
}

async function makeKeys(): Promise<CryptoKeyPair> {
  const extractable = true;
  const usages: KeyUsage[] = ["sign", "verify"];
  const keys = await crypto.subtle.generateKey(ALGORITHM, extractable, usages);
  return keys as CryptoKeyPair;
}

function validity(
  { agoMs }: { readonly agoMs: number },
): { notBefore: Date; notAfter: Date } {
  const nowMs = Date.now() - agoMs;
  return {
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAY_MS),
  };
}
