import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** A certificate with its private key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate is for. */
export interface CertificateOptions {
  /** The DNS names it is for. */
  readonly names?: readonly string[];
  /** The IP addresses it is for. */
  readonly addresses?: readonly string[];
  /** Whom it names. @default {the first of its names} */
  readonly commonName?: string;
  /** Whether its time is over. @default {false} */
  readonly expired?: boolean;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

/** An authority of a test's own, made in memory. */
export class CertificateAuthority {
  readonly #certificate: x509.X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(
    certificate: x509.X509Certificate,
    keys: CryptoKeyPair,
  ) {
    this.#certificate = certificate;
    this.#keys = keys;
  }

  /** Makes one that nobody trusts yet. */
  static async create(name: string): Promise<CertificateAuthority> {
    const keys = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...validity({ agoMs: 0 }),
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    return new CertificateAuthority(certificate, keys);
  }

  /** Its own certificate, PEM. */
  get cert(): string {
    return this.#certificate.toString("pem");
  }

  /** Issues a certificate. */
  async issue(
    { names = [], addresses = [], commonName, expired }: CertificateOptions,
  ): Promise<Certificate> {
    const keys = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity({ agoMs: expired ? 2 * DAY_MS : 0 }),
      subject: `CN=${commonName ?? names[0] ?? addresses[0] ?? "nobody"}`,
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

async function makeKeys(): Promise<CryptoKeyPair> {
  const extractable = true;
  const usages: KeyUsage[] = ["sign", "verify"];
  const keys = await crypto.subtle.generateKey(ALGORITHM, extractable, usages);
  return keys as CryptoKeyPair;
}

function validity(
  { agoMs }: { readonly agoMs: number },
): { notBefore: Date; notAfter: Date } {
  const now = Date.now() - agoMs;
  return {
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + DAY_MS),
  };
}
