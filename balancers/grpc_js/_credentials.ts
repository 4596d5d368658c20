import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import type { Endpoint, TlsPeer } from "../transport/mod.ts";

/** TLS settings, checked and resolved. */
export interface TlsOptions {
  /** Certificates of the authorities to trust, PEM; the system's if absent. */
  readonly ca: string | Uint8Array | undefined;
  /** The client's certificate chain, PEM. */
  readonly cert: string | Uint8Array | undefined;
  /** The client's private key, PEM. */
  readonly key: string | Uint8Array | undefined;
  /** The name an endpoint's certificate must be for, if not its host. */
  serverName(endpoint: string): string | undefined;
}

// What TLS is told to be the host's name when it is an IP address.
const PLACEHOLDER = "ip-address.invalid";

/** The credentials for one endpoint, with the channel options they need. */
export function channelCredentials(
  endpoint: Endpoint,
  tls: TlsOptions | undefined,
): {
  readonly credentials: ChannelCredentials;
  readonly channelOptions: Record<string, string>;
  /** What explains failures of TLS. */
  readonly tls: Omit<TlsPeer, "address"> | undefined;
} {
  if (!endpoint.secure) {
    return {
      credentials: credentials.createInsecure(),
      channelOptions: {},
      tls: undefined,
    };
  }
  const name = tls?.serverName(endpoint.url) ?? endpoint.host;
  // Deno refuses an IP address as server name. It is told a placeholder, and
  // the certificate is checked against the address.
  const verify = isIP(name)
    ? {
      checkServerIdentity: (
        _host: string,
        cert: Parameters<typeof checkServerIdentity>[1],
      ) => checkServerIdentity(name, cert),
    }
    : {};
  const serverName = isIP(name) ? PLACEHOLDER : name;
  const own = tls?.cert === undefined || tls.key === undefined
    ? {}
    : { cert: Buffer.from(tls.cert), key: Buffer.from(tls.key) };
  return {
    credentials: credentials.createSsl(
      tls?.ca === undefined ? null : Buffer.from(tls.ca),
      own.key ?? null,
      own.cert ?? null,
      verify,
    ),
    channelOptions: { "grpc.ssl_target_name_override": serverName },
    tls: { serverName, own },
  };
}
