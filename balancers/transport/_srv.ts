import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";
import { parseEndpoint } from "./_endpoint.ts";
import { querySrv } from "./_srv_query.ts";
import type { SrvAnswer, SrvQuery } from "./_srv_types.ts";

/** A member's client address, from an SRV record. */
export interface SrvEndpoint {
  /** The host, without the final dot. */
  readonly host: string;
  readonly port: number;
  /** The priority of the record: the lowest is to be tried first. */
  readonly priority: number;
  /** The share of connections among those of one priority. */
  readonly weight: number;
  /** Whether the record was one for TLS. */
  readonly secure: boolean;
}

/** Which records to ask for: those with TLS, those without. */
export type SrvRecords = "ssl" | "plain" | "both";

/** Options of {@linkcode lookUpSrv}. */
export interface SrvOptions extends SrvQuery {
  /** Which records to ask for. @default {"both"} */
  readonly records?: SrvRecords | undefined;
  /** A suffix of the service names: `_etcd-client-NAME`. */
  readonly name?: string | undefined;
}

/** A record that names no endpoint. */
export interface SkippedRecord {
  /** The target and port that the record names, as `target:port`. */
  readonly record: string;
  /** Why that is no endpoint. */
  readonly reason: string;
}

/** The records of a domain. */
export interface SrvFound {
  /** The endpoints: at least one. */
  readonly endpoints: readonly SrvEndpoint[];
  /** The records that are of no use. */
  readonly skipped: readonly SkippedRecord[];
  /** Why the records with TLS could not be asked for, if so. */
  readonly secureError: Error | undefined;
}

interface Answer {
  readonly service: string;
  readonly endpoints: readonly SrvEndpoint[];
  readonly skipped: readonly SkippedRecord[];
  /** Why there was no answer. A name that does not exist is an empty answer. */
  readonly error?: Error;
}

/** The names of the records, those with TLS first. */
export function srvServices(
  domain: string,
  { records = "both", name }: Pick<SrvOptions, "records" | "name">,
): { readonly service: string; readonly secure: boolean }[] {
  const suffix = name ? `-${name}` : "";
  const secure = {
    service: `_etcd-client-ssl${suffix}._tcp.${domain}`,
    secure: true,
  };
  const plain = {
    service: `_etcd-client${suffix}._tcp.${domain}`,
    secure: false,
  };
  if (records === "both") return [secure, plain];
  return [records === "ssl" ? secure : plain];
}

/**
 * Finds the client addresses of a cluster by its DNS domain: those of
 * `_etcd-client-ssl._tcp`, then those of `_etcd-client._tcp`. One of the two
 * may be missing. A record that makes no sense counts as missing.
 *
 * @throws {UnavailableError} If there is no address.
 */
export async function lookUpSrv(
  domain: string,
  options: SrvOptions = {},
): Promise<SrvFound> {
  const answers = await Promise.all(
    srvServices(domain, options).map(({ service, secure }) =>
      resolve(service, secure ? "secure" : "plain", options)
    ),
  );
  options.signal?.throwIfAborted();
  const endpoints = answers.flatMap((answer) => answer.endpoints);
  if (endpoints.length === 0) {
    throw new UnavailableError(
      `Cannot find endpoints of '${domain}' by SRV records: ${
        answers.map(whyNoEndpoint).join("; ")
      }`,
      {
        code: "unavailable",
        cause: answers.find(({ error }) => error !== undefined)?.error,
      },
    );
  }
  return {
    endpoints,
    skipped: answers.flatMap(({ skipped }) => skipped),
    secureError: answers[0]?.error,
  };
}

async function resolve(
  service: string,
  kind: "secure" | "plain",
  query: SrvQuery,
): Promise<Answer> {
  let records: readonly SrvAnswer[];
  try {
    records = await querySrv(service, query);
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { service, endpoints: [], skipped: [], error };
  }
  const endpoints: SrvEndpoint[] = [];
  const skipped: SkippedRecord[] = [];
  for (const { target, port, priority, weight } of records) {
    const host = target.replace(/\.$/, "");
    const reason = whyUnusable(host, port);
    if (reason === undefined) {
      const secure = kind === "secure";
      endpoints.push({ host, port, priority, weight, secure });
    } else skipped.push({ record: `${host || "."}:${port}`, reason });
  }
  return { service, endpoints, skipped };
}

/** Why a record names no endpoint, if it names none. */
function whyUnusable(host: string, port: number): string | undefined {
  // RFC 2782.
  if (host === "") return "its target says that the service is not there";
  if (port === 0) return "its port is 0";
  try {
    parseEndpoint(`${host}:${port}`, { tls: true });
  } catch (error) {
    if (error instanceof InvalidOptionError) return "its target is no host";
    throw error;
  }
  return undefined;
}

function whyNoEndpoint({ service, skipped, error }: Answer): string {
  if (error !== undefined) return `${service}: ${error.message}`;
  if (skipped.length === 0) return `${service}: there is no such record`;
  const reasons = skipped.map(({ record, reason }) => `${record} (${reason})`);
  return `${service}: no record can be used: ${reasons.join(", ")}`;
}
