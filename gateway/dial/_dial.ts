import { isIP } from "node:net";
import type { Clock } from "../../balancers/transport/mod.ts";
import type { Connection, Network } from "../network/mod.ts";
import { withTimeout } from "../sockets/mod.ts";
import type { Names, Target } from "../names/mod.ts";
import { AddressRace } from "./_address_race.ts";

/** Options of a dial. */
export interface TcpDialOptions {
  readonly names: Names;
  readonly clock: Pick<Clock, "hold">;
  readonly signal: AbortSignal;
}

/** Options of a dial that may only take so long. */
export interface TimedDialOptions extends TcpDialOptions {
  readonly timeoutMs: number;
}

/** The network that a dial goes through. */
export interface Through<C extends Connection> {
  readonly network: Network<C>;
}

/** Connects to an endpoint by TCP, in `timeoutMs` at most. */
export async function dialTcp<C extends Connection>(
  target: Target,
  options: TimedDialOptions & Through<C>,
): Promise<C> {
  return await withTimeout(
    { what: `connect to ${target.address}`, ...options },
    (signal) => connectTo(target, { ...options, signal }),
  );
}

/**
 * Connects to an endpoint by TCP, for as long as that takes; the addresses of a
 * name are raced, each with a head start.
 */
export async function connectTo<C extends Connection>(
  { host, port }: Target,
  { network, names, clock, signal }: TcpDialOptions & Through<C>,
): Promise<C> {
  if (isIP(host) !== 0) {
    return await network.connect({ hostname: host, port, signal });
  }
  const addresses = alternate(await names.addresses(host, signal));
  try {
    return await new AddressRace(addresses, { network, port, clock, signal })
      .run();
  } catch (error) {
    // They may be those of yesterday.
    names.doubt(host);
    throw error;
  }
}

/** The families in turns, the one of the first address first. */
function alternate(addresses: readonly string[]): string[] {
  const [one = ""] = addresses;
  const same = addresses.filter((address) => isIP(address) === isIP(one));
  const other = addresses.filter((address) => isIP(address) !== isIP(one));
  return same.flatMap((address, n) => [address, ...other.slice(n, n + 1)])
    .concat(other.slice(same.length));
}
