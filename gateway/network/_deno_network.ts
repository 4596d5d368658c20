import type { Network } from "./_connection.ts";

/** Deno's own connections: the fastest there are, but none can send a reset. */
export const DENO_NETWORK: Network<Deno.TcpConn> = {
  listen: (options) => new Promise((resolve) => resolve(Deno.listen(options))),
  connect: (options) => Deno.connect(options),
};
