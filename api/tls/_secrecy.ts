import type { Endpoint } from "../../balancers/transport/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";

/** The options that decide whether a secret may be sent in plain text. */
export interface Secrecy {
  /** Whether the option `tls` is given. */
  readonly tls: boolean;
  /** Whether the option `auth` is given. */
  readonly auth: boolean;
}

/**
 * Whether these endpoints must be reached by TLS: there is a password or token,
 * and TLS is set up for some of them.
 */
export function mustEncrypt(
  endpoints: readonly Endpoint[],
  { tls, auth }: Secrecy,
): boolean {
  return auth && (tls || endpoints.some(({ secure }) => secure));
}

/** Leaves out the endpoints that would get a password in plain text. */
export function withoutPlain(
  endpoints: readonly Endpoint[],
  secrecy: Secrecy,
): readonly Endpoint[] {
  return mustEncrypt(endpoints, secrecy)
    ? endpoints.filter((endpoint) => !isPlain(endpoint))
    : endpoints;
}

/**
 * Refuses endpoints that would get a password in plain text.
 *
 * @throws {InvalidOptionError} If there is one.
 */
export function checkEncrypted(
  endpoints: readonly Endpoint[],
  secrecy: Secrecy,
): void {
  const plain = endpoints.find(isPlain);
  if (plain === undefined || !mustEncrypt(endpoints, secrecy)) return;
  const why = secrecy.tls
    ? "'tls' and 'auth' are given"
    : "'auth' is given and others are reached by TLS";
  throw new InvalidOptionError("endpoints", plain.url, {
    expected:
      `reached by TLS, as ${why}: a password or token would be sent in plain text`,
  });
}

/** Whether others on the network can read what is sent to an endpoint. */
function isPlain({ secure, target }: Endpoint): boolean {
  return !secure && !target.startsWith("unix:");
}
