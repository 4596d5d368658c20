import { isIP } from "node:net";
import { parseEndpoint } from "../../balancers/transport/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";

/** An endpoint that a connection may be passed on to. */
export interface Target {
  /** `host:port`, or `[host]:port` for IPv6: what logs and metrics show. */
  readonly address: string;
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether the endpoint says it speaks TLS; the bytes pass either way. */
  readonly secure: boolean;
  /** The priority of its SRV record; the lowest is tried first. */
  readonly priority: number;
  /** The weight of its SRV record. */
  readonly weight: number;
}

/** Makes a target of its parts. */
export function makeTarget(parts: Omit<Target, "address">): Target {
  // A name server may write a name as it was asked, or at random.
  const host = parts.host.toLowerCase();
  return { ...parts, host, address: joinAddress(host, parts.port) };
}

/**
 * Reads a list of endpoints: each may be a list itself, by commas, have a
 * scheme, and lack a port, which then is 2379. Duplicates count once.
 *
 * @throws {InvalidOptionError} If one is malformed or a Unix socket.
 */
export function parseTargets(endpoints: string | readonly string[]): Target[] {
  const list = typeof endpoints === "string" ? [endpoints] : endpoints;
  const texts = list.flatMap((entry) => entry.split(","));
  return distinct(texts.map((text) => parseTarget(text.trim())));
}

/**
 * Leaves out those whose address is that of one before, which takes over a
 * better priority, with its weight.
 */
export function distinct(targets: readonly Target[]): Target[] {
  const byAddress = new Map<string, Target>();
  for (const target of targets) {
    const before = byAddress.get(target.address) ?? target;
    const best = target.priority < before.priority ? target : before;
    const secure = before.secure || target.secure;
    byAddress.set(target.address, { ...best, secure });
  }
  return [...byAddress.values()];
}

/** The addresses of targets, or of whatever else has one. */
export function namesOf(
  list: readonly { readonly address: string }[],
): string[] {
  return list.map(({ address }) => address);
}

function parseTarget(text: string): Target {
  const { url, host, secure } = parseEndpoint(text, { tls: false });
  if (url.startsWith("unix")) {
    throw new InvalidOptionError("endpoints", text, {
      expected: "reached by TCP: a gateway does not dial Unix sockets",
    });
  }
  const port = Number(url.slice(url.lastIndexOf(":") + 1));
  return makeTarget({ host, port, secure, priority: 0, weight: 0 });
}

/** `host:port`, with brackets where the host is an IPv6 address. */
export function joinAddress(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
