import { UnavailableError } from "../errors/specific_errors.ts";

/** A member's client address, from an SRV record. */
export interface SrvEndpoint {
  /** The host, without the final dot. */
  readonly host: string;
  readonly port: number;
  /** The lowest is to be tried first. */
  readonly priority: number;
  /** The share of connections among those of one priority. */
  readonly weight: number;
  /** Whether the record was one of those for TLS. */
  readonly secure: boolean;
}

/** What an SRV record says. */
export interface SrvAnswer {
  readonly target: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Options of {@linkcode lookUpSrv}. */
export interface SrvOptions {
  /** A suffix of the service names: `_etcd-client-NAME`. */
  readonly name?: string | undefined;
  /** The name server to ask. @default {the system's} */
  readonly nameServer?:
    | { readonly ipAddr: string; readonly port: number }
    | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the client addresses of a cluster by its DNS domain, those of
 * `_etcd-client-ssl._tcp` and then those of `_etcd-client._tcp`. One of the two
 * may be missing.
 *
 * @throws {UnavailableError} If neither gives an address.
 */
export async function lookUpSrv(
  domain: string,
  options: SrvOptions = {},
): Promise<SrvEndpoint[]> {
  const suffix = options.name ? `-${options.name}` : "";
  const [secure, plain] = await Promise.allSettled([
    resolveSrv(`_etcd-client-ssl${suffix}._tcp.${domain}`, options),
    resolveSrv(`_etcd-client${suffix}._tcp.${domain}`, options),
  ]);
  options.signal?.throwIfAborted();
  const endpoints = [
    ...read(secure, { secure: true }),
    ...read(plain, { secure: false }),
  ];
  if (endpoints.length === 0) {
    const errors = [secure, plain].flatMap((answer) =>
      answer.status === "rejected" ? [answer.reason as Error] : []
    );
    throw new UnavailableError(
      `Cannot find endpoints of '${domain}' by SRV records: ${
        errors.map(({ message }) => message).join("; ") || "there are none"
      }`,
      { code: "unavailable", cause: errors[0] },
    );
  }
  return endpoints;
}

async function resolveSrv(
  name: string,
  { nameServer, signal }: SrvOptions,
): Promise<SrvAnswer[]> {
  try {
    return await Deno.resolveDns(name, "SRV", {
      ...(nameServer === undefined ? {} : { nameServer }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? "there is no such record"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new Error(`${name}: ${reason}`, { cause });
  }
}

function read(
  answer: PromiseSettledResult<SrvAnswer[]>,
  { secure }: { readonly secure: boolean },
): SrvEndpoint[] {
  if (answer.status === "rejected") return [];
  return answer.value
    // A target of "." says that the service is not there (RFC 2782).
    .filter(({ target }) => target !== "." && target !== "")
    .map(({ target, port, priority, weight }) => ({
      host: target.replace(/\.$/, ""),
      port,
      priority,
      weight,
      secure,
    }));
}
