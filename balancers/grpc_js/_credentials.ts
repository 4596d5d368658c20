import type { ChannelCredentials } from "@grpc/grpc-js";
import {
  type Endpoint,
  type ResolvedTls,
  type TlsPeer,
  tlsSettings,
} from "../transport/mod.ts";
import { grpc } from "./_package.ts";

/** The credentials for one endpoint, with the channel options they need. */
export function channelCredentials(
  endpoint: Endpoint,
  tls: ResolvedTls | undefined,
): {
  readonly credentials: ChannelCredentials;
  readonly channelOptions: Record<string, string>;
  /** The TLS settings by which failures are explained. */
  readonly tls: Omit<TlsPeer, "address"> | undefined;
} {
  const { credentials } = grpc();
  if (!endpoint.secure) {
    return {
      credentials: credentials.createInsecure(),
      channelOptions: {},
      tls: undefined,
    };
  }
  const { ca, own, serverName, verify } = tlsSettings(endpoint, tls);
  return {
    credentials: credentials.createSsl(
      ca ?? null,
      own.key ?? null,
      own.cert ?? null,
      verify,
    ),
    channelOptions: { "grpc.ssl_target_name_override": serverName },
    tls: { serverName, own },
  };
}
