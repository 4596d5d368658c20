import { UnavailableError } from "../errors/specific_errors.ts";
import { joinAddress, type ListenAddress } from "./_target.ts";

/**
 * Listens.
 *
 * @throws {UnavailableError} If the address is taken or not of this machine.
 */
export function openListener({ host, port }: ListenAddress): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: host, port });
  } catch (cause) {
    throw new UnavailableError(
      `Cannot listen on ${joinAddress(host, port)}: ${
        (cause as Error).message
      }`,
      { code: "unavailable", cause },
    );
  }
}
