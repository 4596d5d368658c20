import { onAbort } from "../../balancers/transport/mod.ts";
import { DENO_NETWORK } from "../network/mod.ts";
import { closeQuietly, withTimeout } from "../sockets/mod.ts";
import { connectTo, type TimedDialOptions } from "../dial/mod.ts";
import type { Target } from "../names/mod.ts";

/** Options of a TLS check. */
export interface TlsCheckOptions extends TimedDialOptions {
  /** The name the certificate must be for. */
  readonly serverName: string;
  /** The authorities to trust, PEM. @default {the system's} */
  readonly ca?: string | undefined;
}

/**
 * Makes a TLS handshake with an endpoint, and hangs up.
 *
 * @throws {Error} If it cannot be reached, or its certificate is not for the
 * name or from an authority.
 */
export async function checkTls(
  target: Target,
  { serverName, ca, ...dial }: TlsCheckOptions,
): Promise<void> {
  const what = `make a TLS handshake with ${target.address}`;
  await withTimeout({ what, ...dial }, async (signal) => {
    const options = { ...dial, network: DENO_NETWORK, signal };
    const connection = await connectTo(target, options);
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
