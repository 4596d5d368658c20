import { type Endpoint, parseEndpoint } from "../balancers/_endpoint.ts";
import { lookUpSrv } from "../balancers/_srv.ts";
import { UnavailableError } from "../errors/specific_errors.ts";
import type { ResolvedDns } from "./_resolve_dns.ts";

const SRV = /^srv:\/\/([^\s/:?#@%[\]]+)\/?$/i;

/** The domain of an endpoint such as `srv://example.com`. */
export function srvDomain(text: unknown): string | undefined {
  return typeof text === "string"
    ? SRV.exec(text)?.[1]?.toLowerCase()
    : undefined;
}

/**
 * Finds the endpoints of a domain, those of the lowest priority first, and of
 * one priority those of the highest weight.
 *
 * @throws {UnavailableError} If there are none; the records are named.
 */
export async function srvEndpoints(
  domain: string,
  { nameServer, signal }: Pick<ResolvedDns, "nameServer"> & {
    readonly signal: AbortSignal;
  },
): Promise<Endpoint[]> {
  const found = await lookUpSrv(domain, { nameServer, signal });
  return found
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
    .map(({ host, port, secure }) =>
      parseEndpoint(`${secure ? "https" : "http"}://${host}:${port}`, {
        tls: secure,
      })
    );
}

/** No name server has answered in time. */
export function lateError(domain: string, timeoutMs: number): UnavailableError {
  return new UnavailableError(
    `Cannot find endpoints of '${domain}' by SRV records: no answer about _etcd-client-ssl._tcp.${domain} and _etcd-client._tcp.${domain} within ${timeoutMs} ms`,
    { code: "unavailable" },
  );
}
