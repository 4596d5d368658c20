import { deferredDial, notThrowing } from "./_deferred.ts";
import { DEFAULT_TRANSPORT } from "./_default_transport.ts";
import { grpcJs } from "./_grpc_js.ts";
import { limitedDial } from "./_limited.ts";
import { http2Dial } from "../http2/mod.ts";
import {
  type Clock,
  type Dial,
  type PingOptions,
  PingPace,
  type ResolvedTls,
  SYSTEM_CLOCK,
  type TransportName,
} from "../transport/mod.ts";

/** The options that all transports of a client share. */
export interface DialOptions {
  /** TLS settings, or a function that gives them for each new connection. */
  readonly tls: ResolvedTls | (() => Promise<ResolvedTls>) | undefined;
  /** The pings to begin with, if there are to be any. */
  readonly keepAlive: PingOptions | false;
  /** The transport that carries calls. @default {DEFAULT_TRANSPORT} */
  readonly transport?: TransportName | undefined;
  /** The time. @default {SYSTEM_CLOCK} */
  readonly clock?: Clock;
}

/** Makes the dial function of a client. */
export function makeDial(
  { tls, keepAlive, transport = DEFAULT_TRANSPORT, clock = SYSTEM_CLOCK }:
    DialOptions,
): Dial {
  const pings = keepAlive === false ? undefined : new PingPace(keepAlive);
  const dialOver = transport === "http2" ? http2Dial : grpcJs(clock);
  const plain = dialOver({ tls: undefined, pings, clock });
  const secure = typeof tls === "function"
    ? deferredDial(
      async () => dialOver({ tls: await tls(), pings, clock }),
      clock,
    )
    : notThrowing(dialOver({ tls, pings, clock }), clock);
  return limitedDial({
    dial: (endpoint, settings) =>
      (endpoint.secure ? secure : plain)(endpoint, settings),
    clock,
  });
}
