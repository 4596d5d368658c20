import { Resolver } from "node:dns/promises";
import { isIPv6 } from "node:net";
import { deno } from "./_deno.ts";
import { onAbort } from "./_on_abort.ts";
import type { SrvAnswer, SrvQuery } from "./_srv_types.ts";

/**
 * Asks for the SRV records of a name. None is an empty answer, also where there
 * is no such name.
 *
 * @throws {Error} If there is no answer, or the server cannot tell.
 */
export async function querySrv(
  name: string,
  query: SrvQuery,
): Promise<readonly SrvAnswer[]> {
  try {
    return deno === undefined
      ? await ask(name, query)
      : await deno.resolveDns(name, "SRV", given(query));
  } catch (error) {
    if (saysNone(error)) return [];
    throw error;
  }
}

/** A query without the options that it has not. */
function given({ nameServer, signal }: SrvQuery): SrvQuery {
  return { ...nameServer && { nameServer }, ...signal && { signal } };
}

async function ask(
  name: string,
  { nameServer, signal }: SrvQuery,
): Promise<readonly SrvAnswer[]> {
  signal?.throwIfAborted();
  const resolver = new Resolver();
  if (nameServer !== undefined) {
    const { ipAddr, port } = nameServer;
    const host = isIPv6(ipAddr) ? `[${ipAddr}]` : ipAddr;
    resolver.setServers([`${host}:${port}`]);
  }
  const unlink = onAbort(signal, () => resolver.cancel());
  try {
    const records = await resolver.resolveSrv(name);
    return records.map(({ name: target, port, priority, weight }) => (
      { target, port, priority, weight }
    ));
  } finally {
    unlink();
  }
}

/** The codes of Node's errors for a name without such records. */
const NONE: ReadonlySet<unknown> = new Set(["ENOTFOUND", "ENODATA"]);

function saysNone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Deno (2.9.6) has one error for these and for SERVFAIL and REFUSED.
  return error.name === "NotFound" ||
    NONE.has((error as Error & { readonly code?: unknown }).code);
}
