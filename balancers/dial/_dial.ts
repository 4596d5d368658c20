import { deferredDial, notThrowing } from "./_deferred.ts";
import { DEFAULT_TRANSPORT } from "./_default_transport.ts";
import { limitedDial } from "./_limited.ts";
import { grpcJs } from "./_grpc_js.ts";
import { http2Dial } from "../http2/mod.ts";
import {
  type Dial,
  type PingOptions,
  PingPace,
  type TlsOptions,
  type TransportName,
} from "../transport/mod.ts";

/** What all transports of a client share. */
export interface DialOptions {
  /** TLS settings, or what gives them for each new connection. */
  readonly tls: TlsOptions | (() => Promise<TlsOptions>) | undefined;
  /** The pings to begin with. */
  readonly keepAlive: PingOptions | false;
  /** What carries calls. @default {DEFAULT_TRANSPORT} */
  readonly transport?: TransportName | undefined;
}

/** Makes the dial function of a client. */
export function makeDial(
  { tls, keepAlive, transport = DEFAULT_TRANSPORT }: DialOptions,
): Dial {
  const pings = keepAlive === false ? undefined : new PingPace(keepAlive);
  const dialOver = transport === "http2" ? http2Dial : grpcJs();
  const make = (tls: TlsOptions | undefined) => dialOver({ tls, pings });
  const plain = make(undefined);
  const secure = typeof tls === "function"
    ? deferredDial(async () => make(await tls()))
    : notThrowing(make(tls));
  return limitedDial((endpoint, ...rest) =>
    (endpoint.secure ? secure : plain)(endpoint, ...rest)
  );
}
