import { deferredDial } from "./_deferred.ts";
import { grpcDial, type TlsOptions } from "../grpc_js/mod.ts";
import { limitedDial } from "./_limited.ts";
import { type Dial, type PingOptions, PingPace } from "../transport/mod.ts";

/** What all transports of a client share. */
export interface DialOptions {
  /** TLS settings, or what gives them for each new connection. */
  readonly tls: TlsOptions | (() => Promise<TlsOptions>) | undefined;
  /** The pings to begin with. */
  readonly keepAlive: PingOptions | false;
}

/** Makes the dial function of a client. */
export function makeDial({ tls, keepAlive }: DialOptions): Dial {
  const pings = keepAlive === false ? undefined : new PingPace(keepAlive);
  const plain = grpcDial({ tls: undefined, pings });
  const secure = typeof tls === "function"
    ? deferredDial(async () => grpcDial({ tls: await tls(), pings }))
    : notThrowing(grpcDial({ tls, pings }));
  return limitedDial((endpoint, ...rest) =>
    (endpoint.secure ? secure : plain)(endpoint, ...rest)
  );
}

/** The same; if it throws, as a user's `serverName` may, the dial fails. */
function notThrowing(dial: Dial): Dial {
  return (...dialled) => {
    try {
      return dial(...dialled);
    } catch (error) {
      return deferredDial(() => Promise.reject(error))(...dialled);
    }
  };
}
