import type { Target } from "./_target.ts";
import { within } from "./_within.ts";

/** How long a dial may go on. */
export interface DialLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A dial whose failure is not the fault of the endpoint dialled. */
const LOCAL_CODES: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EADDRNOTAVAIL",
]);

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

/** Whether an error is of this machine, such as too few descriptors. */
export function isLocalError(error: unknown): boolean {
  return hasCode(error, LOCAL_CODES);
}

/** Whether an error has one of the system's codes. */
export function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  return error instanceof Error && "code" in error &&
    codes.has(String(error.code));
}
