import { Client, type ClientOptions } from "../../../mod.ts";

/** A client that does not wait long for endpoints that are not there. */
export function clientOf(
  endpoints: string | readonly string[],
  options: Partial<ClientOptions> = {},
): Client {
  return new Client({
    endpoints,
    dialTimeoutMs: 1_000,
    requestTimeoutMs: 5_000,
    ...options,
  });
}
