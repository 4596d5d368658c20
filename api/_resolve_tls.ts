import type { TlsOptions as ResolvedTls } from "../balancers/_grpc_credentials.ts";
import { InvalidOptionError } from "../errors/invalid_option_error.ts";
import { checkKnown, checkObject } from "./_checks.ts";
import { own } from "./keys.ts";
import type { TlsOptions, TlsProvider } from "./options.ts";

const BEGIN = "-----BEGIN ";

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
    const isBytes = pem instanceof Uint8Array;
    if (typeof pem !== "string" && !isBytes) {
      throw new InvalidOptionError(`tls.${name}`, pem, {
        expected: "PEM as a string or a Uint8Array",
      });
    }
    if ((isBytes ? new TextDecoder().decode(pem) : pem).includes(BEGIN)) {
      continue;
    }
    // Not shown: what is no PEM may be a key all the same.
    throw new InvalidOptionError(`tls.${name}`, undefined, {
      expected: `PEM, the contents of a file and not its name`,
      shown: `${pem.length} ${
        isBytes ? "bytes" : "characters"
      } without '${BEGIN}'`,
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
  // Connections are made for as long as the client lives.
  return {
    ca: own(ca),
    cert: own(cert),
    key: own(key),
    serverName: typeof serverName === "function"
      ? serverName
      : () => serverName,
  };
}
