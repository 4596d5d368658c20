import { type Endpoint, parseEndpoint } from "../balancers/_endpoint.ts";
import { InvalidOptionError } from "../errors/invalid_option_error.ts";
import { srvDomain } from "./_srv_endpoints.ts";

/** What the user has named: endpoints, and domains that name endpoints. */
export interface Seeds {
  /** The endpoints, taken apart, without duplicates. */
  readonly endpoints: readonly Endpoint[];
  /** The domains of `srv://…`, without duplicates. */
  readonly domains: readonly string[];
}

/**
 * Checks a list of endpoints and drops duplicates.
 *
 * @throws {InvalidOptionError} If it is empty or one is malformed.
 */
export function resolveSeeds(
  endpoints: string | readonly string[],
  options: { readonly tls: boolean },
): Seeds {
  const list = typeof endpoints === "string" ? [endpoints] : endpoints;
  if (!Array.isArray(list) || list.length === 0) {
    throw new InvalidOptionError("endpoints", endpoints, {
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
  return { endpoints: [...byUrl.values()], domains: [...domains] };
}
