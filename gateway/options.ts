import { LONGEST_MS } from "../balancers/transport/mod.ts";
import { guardedListener } from "../balancers/pool/mod.ts";
import { InvalidOptionError } from "../errors/invalid_option_error.ts";
import { SELECTION_NAMES, type SelectionName } from "./_selection.ts";
import { type ListenAddress, parseListenAddress } from "./listener/mod.ts";
import { parseTargets, type Target } from "./names/mod.ts";
import type { GatewayEvent } from "./view.ts";

/** Options for finding the endpoints by DNS. */
export interface DiscoveryOptions {
  /**
   * The domain whose records `_etcd-client-ssl._tcp` and `_etcd-client._tcp`
   * name the endpoints. Their certificates must be for this domain.
   */
  readonly domain: string;
  /** A suffix of the service names: `_etcd-client-ssl-NAME`. */
  readonly name?: string | undefined;
  /**
   * Whether endpoints are used as they are found, those without TLS too, and
   * none has to prove that it belongs to the domain.
   *
   * @default {false}
   */
  readonly insecure?: boolean | undefined;
  /** The authorities to trust for the proof, PEM. @default {the system's} */
  readonly ca?: string | undefined;
  /** The name server to ask. @default {the system's} */
  readonly nameServer?:
    | { readonly ipAddr: string; readonly port: number }
    | undefined;
}

/** Options of a gateway. */
export interface GatewayOptions {
  /**
   * The address to listen on, `host:port`; `:port` for all interfaces, port 0
   * for a free one.
   *
   * @default {"127.0.0.1:23790"}
   */
  readonly listen?: string | undefined;
  /**
   * The members: `host:port`, or `host` for port 2379; a scheme is allowed and
   * ignored. With `discovery`, these are used if that fails.
   */
  readonly endpoints?: string | readonly string[] | undefined;
  /** Finds the endpoints by DNS. */
  readonly discovery?: DiscoveryOptions | undefined;
  /**
   * The choice of the endpoint that the next connection goes to, among those
   * of the best priority:
   *
   * - `failover`: one for all, until it fails; drawn by weight, or the first;
   * - `roundRobin`: each in turn;
   * - `weighted`: drawn in proportion to the weights (RFC 2782), evenly
   *   without weights.
   *
   * @default {"failover"}
   */
  readonly selection?: SelectionName | undefined;
  /** Milliseconds until an endpoint that failed is tried again. @default {60000} */
  readonly retryDelayMs?: number | undefined;
  /** Milliseconds that one attempt to connect may take. @default {5000} */
  readonly dialTimeoutMs?: number | undefined;
  /**
   * The number of client connections that may be open.
   *
   * @default {Infinity}
   */
  readonly maxConnections?: number | undefined;
  /**
   * Whether the connections of an endpoint are closed when it fails or leaves
   * the list, so that clients whose connections live long move to another one.
   *
   * @default {false}
   */
  readonly closeEjected?: boolean | undefined;
  /**
   * Whether a reset of one side is passed on to the other as a reset, instead
   * of an end. Deno's connections cannot send one, so those of `node:net` are
   * used: they pass on fewer bytes per second, for more CPU time.
   *
   * @default {false}
   */
  readonly passResets?: boolean | undefined;
  /**
   * Checks whether an endpoint is well, and rejects if not: a connection that
   * opens proves little. Active endpoints are checked every `probeIntervalMs`,
   * the others before they are used again.
   */
  readonly probe?:
    | ((endpoint: string, signal: AbortSignal) => Promise<void>)
    | undefined;
  /** Milliseconds between probes of an active endpoint. @default {10000} */
  readonly probeIntervalMs?: number | undefined;
  /**
   * Asks the members for their endpoints; called with the endpoints in use.
   * Once it has answered, its list replaces the others.
   */
  readonly members?:
    | ((
      endpoints: readonly string[],
      signal: AbortSignal,
    ) => Promise<readonly string[]>)
    | undefined;
  /** Milliseconds between looks at SRV records or members. @default {30000} */
  readonly refreshMs?: number | undefined;
  /** Closes the gateway when aborted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Receives each event as it happens. An error it throws changes nothing, and
   * becomes a warning of the process.
   */
  readonly onEvent?: ((event: GatewayEvent) => void) | undefined;
}

/** The options of a gateway, checked and complete. */
export interface ResolvedGatewayOptions {
  readonly listen: ListenAddress;
  readonly targets: readonly Target[];
  readonly discovery: DiscoveryOptions | undefined;
  readonly selection: SelectionName;
  readonly retryDelayMs: number;
  readonly dialTimeoutMs: number;
  readonly maxConnections: number;
  readonly closeEjected: boolean;
  readonly passResets: boolean;
  readonly probe: GatewayOptions["probe"];
  readonly probeIntervalMs: number;
  readonly members: GatewayOptions["members"];
  readonly refreshMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: GatewayEvent) => void;
}

/**
 * Checks a time given to a gateway.
 *
 * @throws {InvalidOptionError} If a timer cannot hold it, or it is 0 where
 * that is not `orNone`.
 */
export function checkTime(
  name: string,
  ms: number,
  options: { readonly orNone?: boolean } = {},
): void {
  const { orNone = false } = options;
  const enough = orNone ? ms >= 0 : ms > 0;
  if (typeof ms === "number" && enough && ms <= LONGEST_MS) return;
  throw new InvalidOptionError(name, ms, {
    expected: `a number of milliseconds ${
      orNone ? "from" : "above"
    } 0 and up to ${LONGEST_MS}`,
  });
}

/**
 * Checks the options of a gateway and fills in what is not given.
 *
 * @throws {InvalidOptionError} If one is not acceptable.
 */
export function resolveGatewayOptions(
  options: GatewayOptions,
): ResolvedGatewayOptions {
  const {
    listen = "127.0.0.1:23790",
    selection = "failover",
    retryDelayMs = 60_000,
    dialTimeoutMs = 5_000,
    maxConnections = Infinity,
    closeEjected = false,
    passResets = false,
    probeIntervalMs = 10_000,
    refreshMs = 30_000,
    onEvent,
  } = options;
  checkSelection(selection);
  checkMaxConnections(maxConnections);
  const insecure = options.discovery?.insecure ?? false;
  checkSwitches({ closeEjected, passResets, "discovery.insecure": insecure });
  const times = { retryDelayMs, dialTimeoutMs, probeIntervalMs, refreshMs };
  for (const [name, ms] of Object.entries(times)) checkTime(name, ms);
  return {
    ...times,
    listen: parseListenAddress(listen),
    targets: targetsOf(options),
    discovery: options.discovery,
    selection,
    maxConnections,
    closeEjected,
    passResets,
    probe: options.probe,
    members: options.members,
    signal: options.signal,
    onEvent: onEvent === undefined
      ? () => {}
      : guardedListener("onEvent", onEvent),
  };
}

function targetsOf(
  { endpoints = [], discovery }: GatewayOptions,
): readonly Target[] {
  const targets = parseTargets(endpoints);
  if (targets.length > 0 || discovery !== undefined) return targets;
  throw new InvalidOptionError("endpoints", endpoints, {
    expected: "at least one, or 'discovery' given",
  });
}

function checkSelection(name: SelectionName): void {
  if (SELECTION_NAMES.includes(name)) return;
  throw new InvalidOptionError("selection", name, {
    expected: `one of ${SELECTION_NAMES.join(", ")}`,
  });
}

/** A text such as "false" would be taken for true. */
function checkSwitches(switches: Readonly<Record<string, boolean>>): void {
  for (const [name, value] of Object.entries(switches)) {
    if (typeof value === "boolean") continue;
    throw new InvalidOptionError(name, value, { expected: "true or false" });
  }
}

function checkMaxConnections(count: number): void {
  if (count === Infinity || Number.isSafeInteger(count) && count > 0) return;
  throw new InvalidOptionError("maxConnections", count, {
    expected: "a whole number above 0, or Infinity for no limit",
  });
}
