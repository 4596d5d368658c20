import type { ResolvedTls } from "../../balancers/transport/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { checkKeyPair, checkPem } from "./_check_pem.ts";
import { checkKnown, checkObject } from "../checks/mod.ts";
import { own } from "../values/mod.ts";
import type { TlsOptions, TlsProvider } from "./options.ts";

/**
 * Checks the option `tls`. Settings are checked now, those of a function each
 * time it is called.
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
  // The text may be a key that was put in the wrong place.
  checkObject("tls", typeof tls === "string" ? "a string" : tls);
  checkKnown(tls, ["ca", "cert", "key", "serverName"]);
  checkPems(tls);
  const { ca, cert, key, serverName } = tls;
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

function checkPems({ ca, cert, key }: TlsOptions): void {
  const texts = {
    ca: readPem("tls.ca", ca),
    cert: readPem("tls.cert", cert),
    key: readPem("tls.key", key),
  };
  if ((cert === undefined) !== (key === undefined)) {
    throw new InvalidOptionError("tls.cert", cert && "given", {
      expected: "given together with 'tls.key'",
    });
  }
  for (const name of ["ca", "cert", "key"] as const) {
    const text = texts[name];
    const content = name === "key" ? "private key" : "certificate";
    if (text !== undefined) checkPem(text, { option: `tls.${name}`, content });
  }
  if (texts.cert !== undefined && texts.key !== undefined) {
    checkKeyPair(texts.cert, texts.key);
  }
}

function readPem(option: string, pem: unknown): string | undefined {
  if (pem === undefined || typeof pem === "string") return pem;
  if (pem instanceof Uint8Array) return new TextDecoder().decode(pem);
  // The value is not shown: it may hold a key all the same.
  throw new InvalidOptionError(option, undefined, {
    expected: "PEM as a string or a Uint8Array",
    shown: pem === null ? "null" : `of type ${typeof pem}`,
  });
}
