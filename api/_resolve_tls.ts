import type { TlsOptions as ResolvedTls } from "../balancers/_grpc_credentials.ts";
import { InvalidOptionError } from "../errors/specific_errors.ts";
import { checkKnown, checkObject } from "./_checks.ts";
import type { TlsOptions, TlsProvider } from "./options.ts";

/**
 * Checks the option `tls`: settings now, those of a provider each time it
 * gives some.
 *
 * @throws {InvalidOptionError} If it is not acceptable.
 */
export function resolveTls(
  tls: TlsOptions | TlsProvider | undefined,
): ResolvedTls | (() => Promise<ResolvedTls>) | undefined {
  if (tls === undefined) return undefined;
  return typeof tls === "function"
    ? async () => resolveSettings(await tls())
    : resolveSettings(tls);
}

function resolveSettings(tls: TlsOptions): ResolvedTls {
  checkObject("tls", tls);
  checkKnown("tls", tls, ["ca", "cert", "key", "serverName"]);
  const { ca, cert, key, serverName } = tls;
  for (const [name, pem] of Object.entries({ ca, cert, key })) {
    if (pem === undefined) continue;
    if (typeof pem === "string" || pem instanceof Uint8Array) continue;
    throw new InvalidOptionError(`tls.${name}`, pem, {
      expected: "PEM as a string or a Uint8Array",
    });
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new InvalidOptionError("tls.cert", cert && "given", {
      expected: "given together with 'tls.key'",
    });
  }
  if (
    serverName !== undefined && typeof serverName !== "function" &&
    (typeof serverName !== "string" || serverName === "")
  ) {
    throw new InvalidOptionError("tls.serverName", serverName, {
      expected: "a name or a function of the endpoint",
    });
  }
  return {
    ca,
    cert,
    key,
    serverName: typeof serverName === "function"
      ? serverName
      : () => serverName,
  };
}
