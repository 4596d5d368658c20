import { type BalancerName, resolveBalancer } from "../balancers/by_name.ts";
import { type Endpoint, parseEndpoint } from "../balancers/_endpoint.ts";
import type { TlsOptions as ResolvedTls } from "../balancers/_grpc_credentials.ts";
import type {
  BalancerFactory,
  BalancerStrategy,
} from "../balancers/strategy.ts";
import type { BalancerEvent } from "../balancers/view.ts";
import { InvalidOptionError } from "../errors/specific_errors.ts";
import { checkKnown, checkMs, checkObject, checkTimeoutMs } from "./_checks.ts";

/** TLS settings. */
export interface TlsOptions {
  /** Certificates of the authorities to trust, PEM. @default {the system's} */
  readonly ca?: string | Uint8Array | undefined;
  /** The client's certificate chain, PEM. */
  readonly cert?: string | Uint8Array | undefined;
  /** The client's private key, PEM. */
  readonly key?: string | Uint8Array | undefined;
  /**
   * The name the servers' certificates must be for: one for all endpoints, or
   * a function of the endpoint.
   *
   * @default {each endpoint's own host}
   */
  readonly serverName?:
    | string
    | ((endpoint: string) => string | undefined)
    | undefined;
}

/** HTTP/2 pings, sent while a call or stream is open. */
export interface KeepAliveOptions {
  /** How long a connection may be silent before a ping, in milliseconds. */
  readonly timeMs: number;
  /** How long to wait for the answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** Options of a client. */
export interface ClientOptions {
  /**
   * Where the members are: `http://10.0.0.1:2379`, `https://…`, `host:port`,
   * `[::1]:2379`, `unix:///run/etcd.sock`. Without a scheme, TLS is used if
   * and only if `tls` is given; without a port, 2379.
   */
  readonly endpoints: string | readonly string[];
  /** The balancer strategy, by name or as a factory. @default {"grpc1.23"} */
  readonly balancer?: BalancerName | BalancerFactory | undefined;
  /**
   * How long one attempt to connect may take in milliseconds, TLS and the
   * server's HTTP/2 settings included. With `grpc1.7` also how long an
   * endpoint stays on the unhealthy list, but at least 3 s.
   *
   * @default {5000}
   */
  readonly dialTimeoutMs?: number | undefined;
  /**
   * HTTP/2 pings while a call or stream is open; `false` for none. etcd
   * answers pings less than 5 s apart by closing the connection, so shorter
   * intervals are refused. `grpc1.0` has no pings and refuses the option.
   *
   * @default {{ timeMs: 10000, timeoutMs: 3000 }, none with "grpc1.0"}
   */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /**
   * The time a unary call may take in milliseconds, repetitions included;
   * `false` for no limit. A call can name its own.
   *
   * @default {30000}
   */
  readonly requestTimeoutMs?: number | false | undefined;
  /** TLS settings, for `https` endpoints. */
  readonly tls?: TlsOptions | undefined;
  /**
   * Told of each change of a connection or of the pin, as it happens. It must
   * not throw; what it throws is reported as an uncaught error.
   */
  readonly onEvent?: ((event: BalancerEvent) => void) | undefined;
}

/** The options, checked and complete. */
export interface ResolvedOptions {
  /** The endpoints, taken apart, without duplicates. */
  readonly endpoints: readonly Endpoint[];
  /** The strategy, made. */
  readonly strategy: BalancerStrategy;
  /** As given, or 5000. */
  readonly dialTimeoutMs: number;
  /** The pings that apply. */
  readonly keepAlive: KeepAliveOptions | false;
  /** As given, or 30000; `Infinity` for no limit. */
  readonly requestTimeoutMs: number;
  /** TLS settings. */
  readonly tls: ResolvedTls | undefined;
  /** Told of each change; never throws. */
  readonly onEvent: ((event: BalancerEvent) => void) | undefined;
}

const KNOWN = [
  "endpoints",
  "balancer",
  "dialTimeoutMs",
  "keepAlive",
  "requestTimeoutMs",
  "tls",
  "onEvent",
] as const;

const DEFAULT_KEEP_ALIVE: KeepAliveOptions = {
  timeMs: 10_000,
  timeoutMs: 3_000,
};

/**
 * Checks the options of a client and fills in what is not given. The object
 * passed in is neither kept nor changed.
 *
 * @throws {InvalidOptionError} If one is not acceptable.
 */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  checkObject("options", options);
  checkKnown("a client", options, KNOWN);
  const {
    endpoints,
    balancer = "grpc1.23",
    dialTimeoutMs = 5_000,
    keepAlive,
    requestTimeoutMs = 30_000,
    tls,
    onEvent,
  } = options;
  checkMs("dialTimeoutMs", dialTimeoutMs);
  const strategy = resolveBalancer(balancer)({ dialTimeoutMs });
  return {
    endpoints: resolveEndpoints(endpoints, tls !== undefined),
    strategy,
    dialTimeoutMs,
    keepAlive: resolveKeepAlive(keepAlive, strategy),
    requestTimeoutMs: checkTimeoutMs("requestTimeoutMs", requestTimeoutMs),
    tls: resolveTls(tls),
    onEvent: resolveOnEvent(onEvent),
  };
}

/** Checks a list of endpoints and drops duplicates. */
export function resolveEndpoints(
  endpoints: string | readonly string[],
  tls: boolean,
): Endpoint[] {
  const list = typeof endpoints === "string" ? [endpoints] : endpoints;
  if (!Array.isArray(list) || list.length === 0) {
    throw new InvalidOptionError("endpoints", endpoints, {
      expected: "a string or a list of at least one",
    });
  }
  const byUrl = new Map<string, Endpoint>();
  for (const text of list) {
    const endpoint = parseEndpoint(text, { tls });
    byUrl.set(endpoint.url, endpoint);
  }
  return [...byUrl.values()];
}

function resolveKeepAlive(
  keepAlive: ClientOptions["keepAlive"],
  { name, connection: { pings } }: BalancerStrategy,
): KeepAliveOptions | false {
  if (keepAlive === false) return false;
  if (pings === false) {
    if (keepAlive === undefined) return false;
    throw new InvalidOptionError("keepAlive", keepAlive, {
      expected: `absent or false with the balancer ${name}, which has no pings`,
    });
  }
  if (keepAlive === undefined) {
    return {
      ...DEFAULT_KEEP_ALIVE,
      timeMs: Math.max(DEFAULT_KEEP_ALIVE.timeMs, pings.minTimeMs),
    };
  }
  checkObject("keepAlive", keepAlive);
  checkKnown("keepAlive", keepAlive, ["timeMs", "timeoutMs"]);
  const timeMs = checkMs("keepAlive.timeMs", keepAlive.timeMs);
  if (timeMs < pings.minTimeMs) {
    throw new InvalidOptionError("keepAlive.timeMs", timeMs, {
      expected: `at least ${pings.minTimeMs} with the balancer ${name}`,
    });
  }
  const timeoutMs = checkMs("keepAlive.timeoutMs", keepAlive.timeoutMs);
  return { timeMs, timeoutMs };
}

function resolveTls(tls: TlsOptions | undefined): ResolvedTls | undefined {
  if (tls === undefined) return undefined;
  checkObject("tls", tls);
  checkKnown("tls", tls, ["ca", "cert", "key", "serverName"]);
  const { ca, cert, key, serverName } = tls;
  for (const [name, pem] of Object.entries({ ca, cert, key })) {
    if (pem === undefined) continue;
    if (typeof pem === "string" || pem instanceof Uint8Array) continue;
    throw new InvalidOptionError(`tls.${name}`, pem, {
      expected: "PEM as a string or a Uint8Array",
    });
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new InvalidOptionError("tls.cert", cert && "given", {
      expected: "given together with 'tls.key'",
    });
  }
  if (
    serverName !== undefined && typeof serverName !== "function" &&
    (typeof serverName !== "string" || serverName === "")
  ) {
    throw new InvalidOptionError("tls.serverName", serverName, {
      expected: "a name or a function of the endpoint",
    });
  }
  return {
    ca,
    cert,
    key,
    serverName: typeof serverName === "function"
      ? serverName
      : () => serverName,
  };
}

function resolveOnEvent(
  onEvent: ClientOptions["onEvent"],
): ResolvedOptions["onEvent"] {
  if (onEvent === undefined) return undefined;
  if (typeof onEvent !== "function") {
    throw new InvalidOptionError("onEvent", onEvent, {
      expected: "a function",
    });
  }
  return (event) => {
    try {
      onEvent(event);
    } catch (error) {
      reportError(error);
    }
  };
}
