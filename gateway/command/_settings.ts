import { parseGoDuration } from "../log/mod.ts";
import {
  LONGEST_MS,
  TRANSPORT_NAMES,
  type TransportName,
} from "../../balancers/transport/mod.ts";
import { type GivenFlags, UsageError } from "./_flags.ts";
import type { DiscoveryOptions, GatewayOptions } from "../options.ts";
import { SELECTION_NAMES } from "../_selection.ts";
import { type ListenAddress, parseListenAddress } from "../listener/mod.ts";
import { joinAddress } from "../names/mod.ts";

/** Files of TLS settings, read. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** The user as whom the gateway asks members. */
export interface UserAuth {
  readonly username: string;
  readonly password: string;
}

/** The settings that the command line asks for. */
export interface Settings {
  readonly gateway: GatewayOptions & { readonly dialTimeoutMs: number };
  readonly drainTimeoutMs: number;
  readonly logFormat: "text" | "json";
  readonly metricsAddress: ListenAddress | undefined;
  readonly syncMembers: boolean;
  readonly probe: boolean;
  readonly tls: TlsFiles;
  readonly auth: UserAuth | undefined;
  /** The transport that carries questions to members; the client's default. */
  readonly transport: TransportName | undefined;
}

const DEFAULT_ENDPOINT = "127.0.0.1:2379";
/** The time that etcd takes for `--retry-delay=0`. */
const ZERO_RETRY_MS = 300_000;

/**
 * Makes settings of flags.
 *
 * @throws {UsageError} If a value makes no sense.
 */
export async function readSettings(given: GivenFlags): Promise<Settings> {
  const flags = new FlagReader(given);
  const tls: TlsFiles = {
    ca: await flags.pem("trusted-ca-file"),
    cert: await flags.pem("cert-file"),
    key: await flags.pem("key-file"),
  };
  const discovery = readDiscovery(flags, tls);
  const endpoints = given.get("endpoints") ??
    (discovery === undefined ? [DEFAULT_ENDPOINT] : undefined);
  const listen = flags.address("listen-addr");
  const probeIntervalMs = flags.duration("probe-interval", 0);
  return {
    gateway: {
      listen: listen && joinAddress(listen.host, listen.port),
      endpoints,
      discovery,
      selection: flags.oneOf("selection", SELECTION_NAMES),
      retryDelayMs: flags.duration("retry-delay", 60_000) || ZERO_RETRY_MS,
      dialTimeoutMs: flags.someTime("dial-timeout", 5_000),
      maxConnections: flags.count("max-connections"),
      closeEjected: flags.isOn("close-ejected"),
      passResets: flags.isOn("pass-resets"),
      probeIntervalMs: probeIntervalMs || undefined,
      refreshMs: flags.someTime("refresh-interval", 30_000),
    },
    drainTimeoutMs: flags.duration("drain-timeout", 10_000),
    logFormat: flags.oneOf("log-format", ["text", "json"]),
    metricsAddress: flags.address("metrics-addr"),
    syncMembers: flags.isOn("sync-members"),
    probe: probeIntervalMs > 0,
    tls,
    auth: await readAuth(flags),
    transport: flags.word("transport", TRANSPORT_NAMES),
  };
}

async function readAuth(flags: FlagReader): Promise<UserAuth | undefined> {
  const username = flags.text("user");
  const text = await flags.file("password-file");
  if (username === undefined && text === undefined) return undefined;
  if (username === undefined || text === undefined) {
    throw new UsageError("--user and --password-file belong together");
  }
  const [password = ""] = text.split(/\r?\n/);
  return { username, password };
}

function readDiscovery(
  flags: FlagReader,
  { ca }: TlsFiles,
): DiscoveryOptions | undefined {
  const domain = flags.text("discovery-srv");
  const insecure = flags.isOn("insecure-discovery");
  const address = flags.address("dns-server");
  if (domain === undefined) return undefined;
  return {
    domain,
    name: flags.text("discovery-srv-name"),
    insecure,
    ca,
    nameServer: address && { ipAddr: address.host, port: address.port },
  };
}

class FlagReader {
  readonly #given: GivenFlags;

  constructor(given: GivenFlags) {
    this.#given = given;
  }

  /** The value of a flag; as in Go, an empty one counts as not given. */
  text(name: string): string | undefined {
    return this.#given.get(name)?.at(-1) || undefined;
  }

  isOn(name: string): boolean {
    const text = this.text(name) ?? "false";
    if (/^(1|t|true)$/i.test(text)) return true;
    if (/^(0|f|false)$/i.test(text)) return false;
    throw this.#invalid(name, "true or false");
  }

  duration(name: string, presetMs: number): number {
    const text = this.text(name);
    if (text === undefined) return presetMs;
    const ms = parseGoDuration(text);
    if (ms === undefined || ms > LONGEST_MS) {
      throw this.#invalid(name, "a duration such as 1m30s, up to 596h");
    }
    return ms;
  }

  /** A duration that makes no sense as 0. */
  someTime(name: string, presetMs: number): number {
    const ms = this.duration(name, presetMs);
    if (ms > 0) return ms;
    throw this.#invalid(name, "a duration above 0");
  }

  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^0*[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw this.#invalid(name, "a whole number above 0");
  }

  address(name: string): ListenAddress | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return parseListenAddress(text);
    } catch {
      throw this.#invalid(name, "an address such as 127.0.0.1:2379 or :2379");
    }
  }

  /** The first word is the default. */
  oneOf<T extends string>(name: string, words: readonly [T, ...T[]]): T {
    return this.word(name, words) ?? words[0];
  }

  word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name);
    const found = words.find((word) => word === text);
    if (text === undefined || found !== undefined) return found;
    throw this.#invalid(name, words.join(" or "));
  }

  async pem(name: string): Promise<string | undefined> {
    const text = await this.file(name);
    if (text === undefined || text.includes("-----BEGIN ")) return text;
    throw this.#invalid(name, "a PEM file");
  }

  async file(name: string): Promise<string | undefined> {
    const path = this.text(name);
    if (path === undefined) return undefined;
    try {
      return await Deno.readTextFile(path);
    } catch (cause) {
      throw new UsageError(
        `Cannot read --${name}=${path}: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  #invalid(name: string, expected: string): UsageError {
    return new UsageError(
      `invalid argument "${
        this.text(name)
      }" for --${name}: expected ${expected}`,
    );
  }
}
