import { UnavailableError } from "../../errors/specific_errors.ts";
import { joinAddress, type ListenAddress } from "../names/mod.ts";

/**
 * How many clients may wait to be accepted, as long as the system allows it
 * (`net.core.somaxconn`). Those that find no room try again after a second.
 */
const BACKLOG = 4_096;

/**
 * Listens.
 *
 * @throws {UnavailableError} If the address is taken or not of this machine.
 */
export function openListener({ host, port }: ListenAddress): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: host, port, tcpBacklog: BACKLOG });
  } catch (cause) {
    throw new UnavailableError(
      `Cannot listen on ${joinAddress(host, port)}: ${
        (cause as Error).message
      }`,
      { code: "unavailable", cause },
    );
  }
}
