import type { Target } from "./_target.ts";
import { within } from "./_within.ts";

/** How long a dial may go on. */
export interface DialLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Dials by TCP; a name with addresses of both families is raced over them. */
export async function dialTcp(
  { address, host, port }: Target,
  limits: DialLimits,
): Promise<Deno.TcpConn> {
  return await within(
    { what: `connect to ${address}`, ...limits },
    (signal) => Deno.connect({ hostname: host, port, signal }),
  );
}
