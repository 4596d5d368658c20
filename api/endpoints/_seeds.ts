import {
  type Endpoint,
  parseEndpoint,
  type SrvRecords,
} from "../../balancers/transport/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { checkEncrypted, mustEncrypt, type Secrecy } from "../tls/mod.ts";
import { srvDomain } from "./_srv.ts";

/** The user's endpoints, and the domains whose records name endpoints. */
export interface Seeds {
  /** The endpoints, taken apart, without duplicates. */
  readonly endpoints: readonly Endpoint[];
  /** The domains of `srv://…`, without duplicates. */
  readonly domains: readonly string[];
  /** The records of the domains that are asked for. */
  readonly records: SrvRecords;
  /** Whether a password may be sent in plain text. */
  readonly secrecy: Secrecy;
}

/** The options that say which endpoints may be used. */
export interface SeedOptions extends Secrecy {
  /** The option `dns.records`. */
  readonly records?: SrvRecords | undefined;
}

/**
 * Checks a list of endpoints and drops duplicates.
 *
 * @throws {InvalidOptionError} If the list is empty, or an endpoint malformed,
 * or one would get a password in plain text although TLS is set up.
 */
export function resolveSeeds(
  given: string | readonly string[],
  options: SeedOptions,
): Seeds {
  const list = typeof given === "string" ? [given] : given;
  if (!Array.isArray(list) || list.length === 0) {
    throw new InvalidOptionError("endpoints", given, {
      expected: "a string or a list of at least one",
    });
  }
  const byUrl = new Map<string, Endpoint>();
  const domains = new Set<string>();
  for (const text of list) {
    const domain = srvDomain(text);
    if (domain !== undefined) {
      domains.add(domain);
      continue;
    }
    const endpoint = parseEndpoint(text, options);
    byUrl.set(endpoint.url, endpoint);
  }
  const endpoints = [...byUrl.values()];
  const { tls, auth } = options;
  const secrecy = { tls, auth };
  checkEncrypted(endpoints, secrecy);
  const records = options.records ??
    (tls || mustEncrypt(endpoints, secrecy) ? "ssl" : "both");
  if (
    domains.size > 0 && records !== "ssl" && mustEncrypt(endpoints, secrecy)
  ) {
    throw new InvalidOptionError("dns.records", records, {
      expected:
        "'ssl', as 'auth' and TLS are given: a password or token would be sent in plain text",
    });
  }
  return { endpoints, domains: [...domains], records, secrecy };
}
