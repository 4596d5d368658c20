import type { Endpoint } from "../../balancers/transport/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";

/** What decides whether a password or token may be sent in plain text. */
export interface Secrecy {
  /** Whether the option `tls` is given. */
  readonly tls: boolean;
  /** Whether the option `auth` is given. */
  readonly auth: boolean;
}

/**
 * Whether what is sent to these endpoints must be encrypted: there is a
 * password or token, and TLS is set up for some.
 */
export function mustEncrypt(
  endpoints: readonly Endpoint[],
  { tls, auth }: Secrecy,
): boolean {
  return auth && (tls || endpoints.some(({ secure }) => secure));
}

/** The endpoints without those that would get a password in plain text. */
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

/** Whether others on the network can read what is sent. */
function isPlain({ secure, target }: Endpoint): boolean {
  return !secure && !target.startsWith("unix:");
}
