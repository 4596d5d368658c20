import {
  type Endpoint,
  lookUpSrv,
  parseEndpoint,
  type SkippedRecord,
  type SrvRecords,
  srvServices,
} from "../../balancers/transport/mod.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";
import type { ResolvedDns } from "./_dns.ts";

const SRV = /^srv:\/\/([^\s/:?#@%[\]]+)\/?$/i;

/** The domain of an endpoint such as `srv://example.com`. */
export function srvDomain(text: unknown): string | undefined {
  return typeof text === "string"
    ? SRV.exec(text)?.[1]?.toLowerCase()
    : undefined;
}

/** A question to DNS: the records asked for, and the server that is asked. */
export type SrvQuestion = Pick<ResolvedDns, "nameServer"> & {
  readonly records: SrvRecords;
  readonly signal: AbortSignal;
};

/**
 * Finds the endpoints of a domain: the lowest priority first, and within one
 * priority the highest weight. Endpoints without TLS are used only if it is
 * certain that the domain has none with TLS.
 *
 * @throws {UnavailableError} If there are none; the records are named.
 */
export async function srvEndpoints(
  domain: string,
  question: SrvQuestion,
): Promise<{
  readonly endpoints: readonly Endpoint[];
  readonly skipped: readonly SkippedRecord[];
}> {
  const found = await lookUpSrv(domain, question);
  const secure = found.endpoints.filter(({ secure }) => secure);
  const { secureError: cause } = found;
  if (secure.length === 0 && cause !== undefined) {
    throw new UnavailableError(
      `Cannot find endpoints of '${domain}' by SRV records: the records with TLS could not be looked up (${cause.message}), and those without TLS are used only if there are none with it`,
      { code: "unavailable", cause },
    );
  }
  const endpoints = [...(secure.length > 0 ? secure : found.endpoints)]
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
    .map(({ host, port, secure }) =>
      parseEndpoint(`${secure ? "https" : "http"}://${host}:${port}`, {
        tls: secure,
      })
    );
  return { endpoints, skipped: found.skipped };
}

/** No name server has answered in time. */
export function noDnsAnswerError(
  domain: string,
  { records, timeoutMs }: {
    readonly records: SrvRecords;
    readonly timeoutMs: number;
  },
): UnavailableError {
  const names = srvServices(domain, { records })
    .map(({ service }) => service).join(" and ");
  return new UnavailableError(
    `Cannot find endpoints of '${domain}' by SRV records: no answer about ${names} within ${timeoutMs} ms`,
    { code: "unavailable" },
  );
}
