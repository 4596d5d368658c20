import { isIP } from "node:net";
import type { SrvRecords } from "../../balancers/transport/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { checkKnown, checkMs, checkObject, checkOneOf } from "../checks/mod.ts";
import type { DnsOptions } from "./dns_options.ts";

/** The option `dns`, checked and complete. */
export interface ResolvedDns {
  /** The name server to ask, if it is not the system's. */
  readonly nameServer:
    | { readonly ipAddr: string; readonly port: number }
    | undefined;
  /** The option `dns.records`, as given. */
  readonly records: SrvRecords | undefined;
  /** The time between two look-ups, in milliseconds. */
  readonly refreshIntervalMs: number;
}

const DNS_PORT = 53;

/**
 * Checks the option `dns`.
 *
 * @throws {InvalidOptionError} If it is not acceptable.
 */
export function resolveDns(dns: DnsOptions = {}): ResolvedDns {
  checkObject("dns", dns);
  checkKnown(dns, ["nameServer", "records", "refreshIntervalMs"]);
  const { nameServer, records, refreshIntervalMs = 30_000 } = dns;
  if (records !== undefined) {
    checkOneOf("dns.records", records, { words: ["ssl", "plain", "both"] });
  }
  checkMs("dns.refreshIntervalMs", refreshIntervalMs);
  const rest = { records, refreshIntervalMs };
  if (nameServer === undefined) return { nameServer, ...rest };
  checkObject("dns.nameServer", nameServer);
  checkKnown(nameServer, ["hostname", "port"]);
  const { hostname, port = DNS_PORT } = nameServer;
  if (typeof hostname !== "string" || isIP(hostname) === 0) {
    throw new InvalidOptionError("dns.nameServer.hostname", hostname, {
      expected: "an IP address",
    });
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidOptionError("dns.nameServer.port", port, {
      expected: "a whole number from 1 to 65535",
    });
  }
  return { nameServer: { ipAddr: hostname, port }, ...rest };
}
