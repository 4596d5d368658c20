import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import type { Endpoint } from "./_endpoint.ts";

/** TLS settings, checked and resolved. */
export interface ResolvedTls {
  /** Certificates of the authorities to trust, PEM; the system's if absent. */
  readonly ca: string | Uint8Array | undefined;
  /** The client's certificate chain, PEM. */
  readonly cert: string | Uint8Array | undefined;
  /** The client's private key, PEM. */
  readonly key: string | Uint8Array | undefined;
  /** The name an endpoint's certificate must be for, if not its host. */
  serverName(endpoint: string): string | undefined;
}

/** The TLS settings for one endpoint. */
export interface TlsSettings {
  /** The authorities to trust; the system's if missing. */
  readonly ca: Buffer | undefined;
  /** The client certificate and key that the server is shown. */
  readonly own: { readonly cert?: Buffer; readonly key?: Buffer };
  /** The server name it is told. */
  readonly serverName: string;
  /** The check of the server's certificate where that is not by that name. */
  readonly verify: { readonly checkServerIdentity?: CheckIdentity };
}

type CheckIdentity = typeof checkServerIdentity;

// What TLS is told to be the host's name when it is an IP address.
const PLACEHOLDER = "ip-address.invalid";

/**
 * The settings for one endpoint.
 *
 * @throws {unknown} What `tls.serverName` throws.
 */
export function tlsSettings(
  endpoint: Endpoint,
  tls: ResolvedTls | undefined,
): TlsSettings {
  const name = tls?.serverName(endpoint.url) ?? endpoint.host;
  // Deno refuses an IP address as server name. It is told a placeholder, and
  // the certificate is checked against the address.
  const verify = isIP(name)
    ? {
      checkServerIdentity: (
        _host: string,
        cert: Parameters<CheckIdentity>[1],
      ) => checkServerIdentity(name, cert),
    }
    : {};
  const own = tls?.cert === undefined || tls.key === undefined
    ? {}
    : { cert: Buffer.from(tls.cert), key: Buffer.from(tls.key) };
  return {
    ca: tls?.ca === undefined ? undefined : Buffer.from(tls.ca),
    own,
    serverName: isIP(name) ? PLACEHOLDER : name,
    verify,
  };
}
