import { deferredDial } from "./_deferred_transport.ts";
import type { GrpcDialOptions } from "./_grpc_channel.ts";
import type { TlsOptions } from "./_grpc_credentials.ts";
import { grpcDial } from "./_grpc_transport.ts";
import type { Dial } from "./_transport.ts";

/** What all transports of a client share. */
export interface DialOptions extends Omit<GrpcDialOptions, "tls"> {
  /** TLS settings, or what gives them for each new connection. */
  readonly tls: TlsOptions | (() => Promise<TlsOptions>) | undefined;
}

/** Makes the dial function of a client. */
export function makeDial({ tls, keepAlive }: DialOptions): Dial {
  if (typeof tls !== "function") return grpcDial({ tls, keepAlive });
  const plain = grpcDial({ tls: undefined, keepAlive });
  const secure = deferredDial(async () =>
    grpcDial({ tls: await tls(), keepAlive })
  );
  return (endpoint, ...rest) =>
    (endpoint.secure ? secure : plain)(endpoint, ...rest);
}
