import { onAbort } from "../../balancers/transport/mod.ts";
import { isIP } from "node:net";
import {
  closeQuietly,
  isLocalError,
  isSourceError,
  within,
} from "../sockets/mod.ts";
import type { Names, Target } from "../names/mod.ts";

/** How a dial is made, and how long it may go on. */
export interface DialLimits {
  readonly names: Names;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How long an address has before the next one is tried as well (RFC 8305). */
const NEXT_ADDRESS_MS = 250;

/** Dials by TCP; the addresses of a name are raced, each with a head start. */
export async function dialTcp(
  target: Target,
  { names, ...limits }: DialLimits,
): Promise<Deno.TcpConn> {
  return await within(
    { what: `connect to ${target.address}`, ...limits },
    (signal) => connectTo(target, { names, signal }),
  );
}

/** The same, for as long as it takes. */
export async function connectTo(
  { host, port }: Target,
  { names, signal }: Pick<DialLimits, "names" | "signal">,
): Promise<Deno.TcpConn> {
  const addresses = byTurns(await names.addresses(host, signal));
  try {
    return await race(addresses, { port, signal });
  } catch (error) {
    // They may be those of yesterday.
    names.doubt(host);
    throw error;
  }
}

async function race(
  addresses: readonly string[],
  { port, signal }: { readonly port: number; readonly signal: AbortSignal },
): Promise<Deno.TcpConn> {
  const over = new AbortController();
  const first = Promise.withResolvers<Deno.TcpConn>();
  const unlink = onAbort(signal, (reason) => {
    over.abort(reason);
    first.reject(reason);
  });
  const errors: unknown[] = [];
  const waiting = [...addresses];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = () => {
    clearTimeout(timer);
    const hostname = waiting.shift();
    if (hostname === undefined) return;
    if (waiting.length > 0) timer = setTimeout(next, NEXT_ADDRESS_MS);
    Deno.connect({ hostname, port, signal: over.signal }).then(
      (connection) => {
        if (over.signal.aborted) closeQuietly(connection);
        else first.resolve(connection);
        over.abort();
      },
      (error) => {
        errors.push(error);
        // One that blames the other end says more than one of this machine.
        if (errors.length === addresses.length) {
          first.reject(errors.find(isRemote) ?? errors[0]);
        } else if (!over.signal.aborted) next();
      },
    );
  };
  try {
    next();
    return await first.promise;
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

function isRemote(error: unknown): boolean {
  return !isLocalError(error) && !isSourceError(error);
}

/** The families in turns, the one of the first address first. */
function byTurns(addresses: readonly string[]): string[] {
  const [one = ""] = addresses;
  const same = addresses.filter((address) => isIP(address) === isIP(one));
  const other = addresses.filter((address) => isIP(address) !== isIP(one));
  return same.flatMap((address, n) => [address, ...other.slice(n, n + 1)])
    .concat(other.slice(same.length));
}
