import { lookup } from "node:dns/promises";

/** The address a socket connects to. */
export type Address =
  | { readonly path: string }
  | { readonly host: string; readonly port: number };

/**
 * The addresses that a target stands for, in gRPC's naming: `unix:PATH`,
 * `dns:NAME:PORT`, or addresses such as `ipv4:10.0.0.1:2379,10.0.0.2:2379`.
 *
 * @throws {Error} If a name cannot be looked up.
 */
export async function addressesOf(target: string): Promise<readonly Address[]> {
  const kind = target.slice(0, target.indexOf(":"));
  const place = target.slice(kind.length + 1);
  if (kind === "unix") return [{ path: place }];
  const places = place.split(",").map(hostAndPort);
  const [first] = places;
  if (kind !== "dns" || first === undefined) return places;
  const found = await lookup(first.host, { all: true, verbatim: true });
  return found.map(({ address: host }) => ({ host, port: first.port }));
}

function hostAndPort(place: string) {
  const colon = place.lastIndexOf(":");
  return {
    host: place.slice(0, colon).replace(/^\[|\]$/g, ""),
    port: Number(place.slice(colon + 1)),
  };
}
