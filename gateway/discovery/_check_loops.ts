import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { ListenAddress } from "../listener/mod.ts";
import { joinAddress, type Names, type Target } from "../names/mod.ts";

/** The means to look up names. */
export interface LookUp {
  readonly names: Names;
  readonly signal: AbortSignal;
}

/**
 * Refuses endpoints that are the gateway itself before it starts.
 *
 * @throws {InvalidOptionError} If one is, or has a name nobody knows.
 */
export async function checkLoops(
  listen: ListenAddress,
  targets: readonly Target[],
  lookUp: LookUp,
): Promise<void> {
  const all = [
    resolveHost(listen.host, "listen", lookUp),
    ...targets.map(({ host }) => resolveHost(host, "endpoints", lookUp)),
  ];
  const [own = [], ...others] = await Promise.all(all);
  for (const [n, target] of targets.entries()) {
    const addresses = others[n] ?? [];
    if (target.port !== listen.port) continue;
    const same = addresses.find((address) =>
      own.some((mine) => leadsTo(mine, address))
    );
    if (same === undefined) continue;
    throw new InvalidOptionError("endpoints", target.address, {
      action: "start the gateway",
      expected: `another address than the gateway's own (${
        joinAddress(listen.host, listen.port)
      }), but ${target.address} is ${joinAddress(same, target.port)}`,
    });
  }
}

function leadsTo(own: string, address: string): boolean {
  if (own === address) return true;
  const all = own === "0.0.0.0" || own === "::";
  return all && (/^127\./.test(address) || address === "::1" ||
    address === "0.0.0.0" || address === "::");
}

async function resolveHost(
  host: string,
  option: "listen" | "endpoints",
  { names, signal }: LookUp,
): Promise<readonly string[]> {
  try {
    return await names.addresses(host, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new InvalidOptionError(option, host, {
      action: "start the gateway",
      expected: `a host that can be resolved (${(error as Error).message})`,
    });
  }
}
