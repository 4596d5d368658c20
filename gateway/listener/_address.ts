import { InvalidOptionError } from "../../errors/invalid_option_error.ts";

/** An address to listen on. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads a listen address, `host:port` or `:port` for all interfaces.
 *
 * @throws {InvalidOptionError} If it is neither.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]/\s]*):(\d{1,5})$/i.exec(text);
  const host = (match?.[1] ?? "").replace(/^\[|\]$/g, "");
  const port = Number(match?.[2] ?? NaN);
  if (!(port <= 65_535)) {
    throw new InvalidOptionError("listen", text, {
      expected: "an address such as '127.0.0.1:23790' or ':23790'",
    });
  }
  return { host: host || "0.0.0.0", port };
}
