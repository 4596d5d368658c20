import { deferredDial, type ReplacingDial } from "./_deferred.ts";
import { grpcDial } from "../grpc_js/mod.ts";
import { limitedDial } from "./_limited.ts";
import {
  type Clock,
  type Dial,
  type PingOptions,
  PingPace,
  SYSTEM_CLOCK,
  type TlsOptions,
} from "../transport/mod.ts";

/** The options that all transports of a client share. */
export interface DialOptions {
  /** TLS settings, or a function that gives them for each new connection. */
  readonly tls: TlsOptions | (() => Promise<TlsOptions>) | undefined;
  /** The pings to begin with, if there are to be any. */
  readonly keepAlive: PingOptions | false;
  /** The time. @default {SYSTEM_CLOCK} */
  readonly clock?: Clock;
}

/** Makes the dial function of a client. */
export function makeDial(
  { tls, keepAlive, clock = SYSTEM_CLOCK }: DialOptions,
): Dial {
  const pings = keepAlive === false ? undefined : new PingPace(keepAlive);
  const plain = grpcDial({ tls: undefined, pings, clock });
  const secure = typeof tls === "function"
    ? deferredDial(
      async () => grpcDial({ tls: await tls(), pings, clock }),
      clock,
    )
    : notThrowing(grpcDial({ tls, pings, clock }), clock);
  return limitedDial({
    dial: (endpoint, settings) =>
      (endpoint.secure ? secure : plain)(endpoint, settings),
    clock,
  });
}

/** Has the connection fail where `dial` throws, as a user's `serverName` may. */
function notThrowing(dial: Dial, clock: Clock): ReplacingDial {
  return (endpoint, settings) => {
    try {
      return dial(endpoint, settings);
    } catch (error) {
      const failing = deferredDial(() => Promise.reject(error), clock);
      return failing(endpoint, settings);
    }
  };
}
