import { DEFAULT_TRANSPORT } from "../../balancers/dial/mod.ts";
import { guardedListener, makeStrategy } from "../../balancers/pool/mod.ts";
import {
  TRANSPORT_NAMES,
  type TransportName,
} from "../../balancers/transport/mod.ts";
import type { BalancerStrategy } from "../../balancers/strategy.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  checkHeaders,
  checkKnown,
  checkMs,
  checkObject,
  checkOneOf,
  checkTimeoutMs,
} from "../checks/mod.ts";
import {
  type Credentials,
  type Interceptor,
  type RequestHeaders,
  resolveCredentials,
} from "../call/mod.ts";
import {
  type ResolvedDns,
  resolveDns,
  resolveSeeds,
  type Seeds,
} from "../endpoints/mod.ts";
import { resolveTls } from "../tls/mod.ts";
import type { BatchMode } from "../batch/mod.ts";
import type { TellEvent } from "../events.ts";
import type { ClientOptions, KeepAliveOptions } from "./options.ts";
import { jsonable } from "../values/mod.ts";

/** The options, checked and complete. */
export interface ResolvedOptions extends Seeds {
  /** The strategy, made. */
  readonly strategy: BalancerStrategy;
  /** The transport that carries the calls. */
  readonly transport: TransportName;
  /** The time one attempt to connect may take, in milliseconds. */
  readonly dialTimeoutMs: number;
  /** The pings that apply. */
  readonly keepAlive: KeepAliveOptions | false;
  /** The time a call may take in milliseconds; `Infinity` for no limit. */
  readonly requestTimeoutMs: number;
  /** The calls that share requests. */
  readonly batch: BatchMode;
  /** The option `auth`, checked. */
  readonly credentials: Credentials | undefined;
  /** TLS settings. */
  readonly tls: ReturnType<typeof resolveTls>;
  /** The settings of the search for endpoints in DNS. */
  readonly dns: ResolvedDns;
  /** The milliseconds between look-ups of the members; missing for none. */
  readonly autoSyncIntervalMs: number | undefined;
  /** Headers of all requests. */
  readonly headers: RequestHeaders | undefined;
  /** Runs around each attempt and stream. */
  readonly interceptor: Interceptor | undefined;
  /** A listener to all events, which never throws. */
  readonly onEvent: TellEvent | undefined;
}

const KNOWN = [
  "endpoints",
  "balancer",
  "transport",
  "dialTimeoutMs",
  "keepAlive",
  "requestTimeoutMs",
  "batch",
  "auth",
  "tls",
  "dns",
  "autoSyncIntervalMs",
  "headers",
  "interceptor",
  "onEvent",
] as const;

const DEFAULT_KEEP_ALIVE: KeepAliveOptions = {
  timeMs: 10_000,
  timeoutMs: 3_000,
};

/**
 * Checks the options of a client and fills in the defaults. The object passed
 * in is neither kept nor changed.
 *
 * @throws {InvalidOptionError} If one is not acceptable.
 */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  checkObject("options", options);
  checkKnown(options, KNOWN);
  const {
    endpoints,
    balancer = "grpc1.23",
    dialTimeoutMs = 5_000,
    keepAlive,
    requestTimeoutMs = 30_000,
    batch = "off",
    auth,
    tls,
    dns,
    autoSyncIntervalMs,
  } = options;
  checkMs("dialTimeoutMs", dialTimeoutMs);
  const resolvedDns = resolveDns(dns);
  const strategy = makeStrategy(balancer, { dialTimeoutMs });
  return {
    ...resolveSeeds(endpoints, {
      tls: tls !== undefined,
      auth: auth !== undefined,
      records: resolvedDns.records,
    }),
    strategy,
    transport: resolveTransport(options.transport),
    dialTimeoutMs,
    keepAlive: resolveKeepAlive(keepAlive, strategy),
    requestTimeoutMs: checkTimeoutMs("requestTimeoutMs", requestTimeoutMs),
    batch: checkOneOf("batch", batch, { words: ["off", "reads", "all"] }),
    credentials: resolveCredentials(auth),
    tls: resolveTls(tls),
    dns: resolvedDns,
    autoSyncIntervalMs: autoSyncIntervalMs === undefined
      ? undefined
      : checkMs("autoSyncIntervalMs", autoSyncIntervalMs),
    ...resolveObservers(options),
  };
}

function resolveTransport(
  transport: ClientOptions["transport"] = DEFAULT_TRANSPORT,
): TransportName {
  return checkOneOf("transport", transport, { words: TRANSPORT_NAMES });
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
  checkKnown(keepAlive, ["timeMs", "timeoutMs"]);
  const timeMs = checkMs("keepAlive.timeMs", keepAlive.timeMs);
  if (timeMs < pings.minTimeMs) {
    throw new InvalidOptionError("keepAlive.timeMs", timeMs, {
      expected: `at least ${pings.minTimeMs} with the balancer ${name}`,
    });
  }
  const timeoutMs = checkMs("keepAlive.timeoutMs", keepAlive.timeoutMs);
  return { timeMs, timeoutMs };
}

function resolveObservers(
  { headers, interceptor, onEvent }: ClientOptions,
): Pick<ResolvedOptions, "headers" | "interceptor" | "onEvent"> {
  return {
    headers: headers === undefined
      ? undefined
      : checkHeaders("headers", headers),
    interceptor: resolveFunction("interceptor", interceptor),
    onEvent: resolveOnEvent(onEvent),
  };
}

function resolveOnEvent(
  onEvent: ClientOptions["onEvent"],
): ResolvedOptions["onEvent"] {
  const listener = resolveFunction("onEvent", onEvent);
  if (listener === undefined) return undefined;
  const tell = guardedListener("onEvent", listener);
  return (event) => tell(jsonable(event));
}

function resolveFunction<T>(option: string, given: T): T {
  if (given === undefined || typeof given === "function") return given;
  throw new InvalidOptionError(option, given, { expected: "a function" });
}
