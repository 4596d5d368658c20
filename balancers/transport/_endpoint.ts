import { isIP } from "node:net";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";

/** An endpoint taken apart. */
export interface Endpoint {
  /** Canonical form, such as `http://10.0.0.1:2379`; endpoints compare by it. */
  readonly url: string;
  /** The target in gRPC's naming, such as `ipv4:10.0.0.1:2379`. */
  readonly target: string;
  /** Whether it is reached by TLS. */
  readonly secure: boolean;
  /** The host a certificate must be for: a name, an IP address, `localhost`. */
  readonly host: string;
}

const DEFAULT_PORT = 2379;
// A name of letters, digits, hyphens and underscores, in any script.
const NAME = /^[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u;
const EXPECTED =
  "an endpoint such as 'http://10.0.0.1:2379', 'https://etcd.example.com:2379', 'host:port', '[::1]:2379' or 'unix:///run/etcd.sock'";
const ONE_EACH =
  "one endpoint; several are a list such as ['a:2379', 'b:2379'], not a text with commas or spaces between";

/**
 * Takes an endpoint apart.
 *
 * An endpoint without a scheme is reached by TLS if and only if `tls` is given.
 * One without a port has etcd's, 2379.
 *
 * @throws {InvalidOptionError} If it is none of the accepted forms.
 */
export function parseEndpoint(
  text: string,
  options: { readonly tls: boolean },
): Endpoint {
  const isText = typeof text === "string";
  const endpoint = isText ? endpointOf(text, options) : undefined;
  if (endpoint !== undefined) return endpoint;
  throw new InvalidOptionError(
    "endpoints",
    isText ? withoutPassword(text) : text,
    { expected: isList(text) ? ONE_EACH : EXPECTED },
  );
}

function endpointOf(
  text: string,
  { tls }: { readonly tls: boolean },
): Endpoint | undefined {
  if (text === "" || /\s/.test(text)) return undefined;
  const unix = /^(unixs?):(?:\/\/)?(\/*[^/].*)$/.exec(text);
  if (unix) return unixEndpoint(unix[1] === "unixs", unix[2] ?? "");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return networkEndpoint(tls, text);
    case "http":
    case "https":
      return networkEndpoint(
        scheme === "https",
        text.slice(scheme.length + "://".length),
      );
    default:
      return undefined;
  }
}

function networkEndpoint(
  secure: boolean,
  address: string,
): Endpoint | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]/?#@%]+)(?::(\d{1,5}))?\/?$/i
    .exec(address);
  if (match === null) return undefined;
  const host = (match[1] ?? "").replace(/^\[|\]$/g, "").toLowerCase();
  const port = match[2] === undefined ? DEFAULT_PORT : Number(match[2]);
  const family = isIP(host);
  if (port < 1 || port > 65_535) return undefined;
  if ((match[1] ?? "").startsWith("[") !== (family === 6)) return undefined;
  // Digits and dots alone are an IPv4 address written wrongly, not a name.
  if (family === 0 && (/^[\d.]+$/.test(host) || !NAME.test(host))) {
    return undefined;
  }
  const authority = family === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const kind = family === 0 ? "dns" : `ipv${family}`;
  return {
    url: `${secure ? "https" : "http"}://${authority}`,
    target: `${kind}:${authority}`,
    secure,
    // The final dot of a name that is complete is DNS's, not the name's.
    host: host.replace(/\.$/, ""),
  };
}

/** The text without a password that was put there: it must not get into a log. */
export function withoutPassword(text: string): string {
  const [scheme = ""] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text) ?? [];
  const end = text.lastIndexOf("@");
  return text.slice(scheme.length, Math.max(end, 0)).includes(":")
    ? `${scheme}***${text.slice(end)}`
    : text;
}

/** Whether several endpoints stand in the text of one, as etcdctl has them. */
function isList(text: unknown): boolean {
  if (typeof text !== "string") return false;
  return text.split(/[,;\s]+/).filter((part) => part !== "").length > 1;
}

function unixEndpoint(secure: boolean, path: string): Endpoint {
  return {
    url: `${secure ? "unixs" : "unix"}://${path}`,
    target: `unix:${path}`,
    secure,
    host: "localhost",
  };
}
