import { UnavailableError } from "../../errors/specific_errors.ts";
import type { Listener, Network } from "../network/mod.ts";
import { joinAddress } from "../names/mod.ts";
import type { ListenAddress } from "./_address.ts";

/**
 * The number of clients that may wait to be accepted, as far as the system
 * allows it (`net.core.somaxconn`). A client that finds no room tries again
 * after a second.
 */
const BACKLOG = 4_096;

/**
 * Opens a listener; `purpose` is what it is for, as in "Cannot serve metrics".
 *
 * @throws {UnavailableError} If the address is taken or not of this machine.
 */
export async function openListener(
  { host, port }: ListenAddress,
  { network, purpose }: {
    readonly network: Network;
    readonly purpose: "listen" | "serve metrics";
  },
): Promise<Listener> {
  try {
    const options = { hostname: host, port, tcpBacklog: BACKLOG };
    return await network.listen(options);
  } catch (cause) {
    throw new UnavailableError(
      `Cannot ${purpose} on ${joinAddress(host, port)}: ${
        (cause as Error).message
      }`,
      { code: "unavailable", cause },
    );
  }
}
