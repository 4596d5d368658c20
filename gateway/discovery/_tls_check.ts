import { onAbort } from "../../balancers/transport/mod.ts";
import { closeQuietly, within } from "../sockets/mod.ts";
import { connectTo } from "../dial/mod.ts";
import type { Names, Target } from "../names/mod.ts";

/** How the TLS of an endpoint is checked. */
export interface TlsCheckOptions {
  /** The name the certificate must be for. */
  readonly serverName: string;
  /** The authorities to trust, PEM. @default {the system's} */
  readonly ca?: string | undefined;
  readonly names: Names;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Makes a TLS handshake with an endpoint, and hangs up.
 *
 * @throws {Error} If it cannot be reached, or its certificate is not for the
 * name or from an authority.
 */
export async function checkTls(
  target: Target,
  { serverName, ca, names, timeoutMs, signal }: TlsCheckOptions,
): Promise<void> {
  const what = `make a TLS handshake with ${target.address}`;
  await within({ what, timeoutMs, signal }, async (signal) => {
    const connection = await connectTo(target, { names, signal });
    const secured = await Deno.startTls(connection, {
      hostname: serverName,
      alpnProtocols: ["h2"],
      ...(ca === undefined ? {} : { caCerts: [ca] }),
    });
    const hangUp = () => closeQuietly(secured);
    const unlink = onAbort(signal, hangUp);
    try {
      signal.throwIfAborted();
      await secured.handshake();
    } finally {
      unlink();
      hangUp();
    }
  });
}
