/** Sockets of the doctor's own: they show what a client does not. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { TlsOptions } from "../../mod.ts";
import type { CertificateReport } from "./diagnosis.ts";

/** The address of an endpoint, and what is needed to get there. */
export interface Target {
  readonly address:
    | { readonly host: string; readonly port: number }
    | { readonly path: string };
  /** The host to be named in requests. */
  readonly host: string;
  readonly secure: boolean;
  readonly tls: TlsOptions | undefined;
  readonly timeoutMs: number;
}

/** More is not read of an answer. */
const MOST_CHARACTERS = 8_192;

/** The target of an endpoint in canonical form. */
export function targetOf(
  endpoint: string,
  rest: Pick<Target, "tls" | "timeoutMs">,
): Target {
  const unix = /^unixs?:(?:\/\/)?(.+)$/.exec(endpoint);
  if (unix?.[1] !== undefined) {
    const secure = endpoint.startsWith("unixs:");
    return { address: { path: unix[1] }, host: "localhost", secure, ...rest };
  }
  const { hostname, port, protocol, host } = new URL(endpoint);
  const secure = protocol === "https:";
  return {
    address: {
      host: hostname.replace(/^\[|\]$/g, ""),
      // A URL leaves out the port that its scheme has anyway.
      port: Number(port || (secure ? 443 : 80)),
    },
    host,
    secure,
    ...rest,
  };
}

/** The code of the fault that no connection can be made; none if one can. */
export function connectFault(target: Target): Promise<string | undefined> {
  return within<string | undefined>(target, {
    late: "ETIMEDOUT",
    ask(socket, done) {
      socket.once("connect", () => done(undefined));
      socket.once("error", (error) => done(codeOf(error)));
    },
  });
}

/** The certificate that a server shows, whoever has signed it. */
export function certificateOf(
  target: Target,
): Promise<CertificateReport | undefined> {
  return within<CertificateReport | undefined>(target, {
    late: undefined,
    ask(socket, done) {
      const session = secured(socket, { target, protocol: "h2" });
      session.once("secureConnect", () => done(shownBy(session)));
      session.once("error", () => done(undefined));
    },
  });
}

function shownBy(session: TLSSocket): CertificateReport | undefined {
  const { subject, issuer, subjectaltname, valid_from, valid_to } = session
    .getPeerCertificate();
  if (valid_to === undefined) return undefined;
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    names: (subjectaltname ?? "").split(", ").filter(Boolean)
      .map((name) => name.replace(/^(DNS|IP Address):/, "")),
    validFrom: new Date(valid_from).toISOString(),
    validUntil: new Date(valid_to).toISOString(),
  };
}

/**
 * The first bytes that are answered to a request in HTTP/1.1, as text: none
 * where the connection was ended, `undefined` where nothing came in time.
 */
export function firstAnswer(target: Target): Promise<string | undefined> {
  return within<string | undefined>(target, {
    late: undefined,
    ask(socket, done) {
      let text = "";
      const carrier = target.secure
        ? secured(socket, { target, protocol: "http/1.1" })
        : socket;
      carrier.on("data", (bytes: Uint8Array) => {
        text += new TextDecoder().decode(bytes);
        if (text.length > MOST_CHARACTERS || isWhole(text)) done(text);
      });
      carrier.once("error", () => done(text));
      carrier.once("close", () => done(text));
      carrier.once(target.secure ? "secureConnect" : "connect", () => {
        carrier.write(
          `GET /version HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`,
        );
      });
    },
  });
}

function isWhole(text: string): boolean {
  const [head = "", body] = text.split("\r\n\r\n");
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  return body !== undefined && length !== undefined &&
    body.length >= Number(length);
}

function nameOf(name: { readonly CN?: string | string[] } | undefined): string {
  return String(name?.CN ?? "");
}

/** TLS with anybody: nothing secret is sent, and nothing that comes is trusted. */
function secured(
  socket: Socket,
  { target: { address, tls }, protocol }: {
    readonly target: Target;
    readonly protocol: string;
  },
): TLSSocket {
  const host = "host" in address ? address.host : "localhost";
  const own = tls?.cert !== undefined && tls.key !== undefined
    ? { cert: bytesOf(tls.cert), key: bytesOf(tls.key) }
    : {};
  const session = connectTls({
    socket,
    ...own,
    // A server name must be none of the addresses.
    servername: isIP(host) === 0 ? host : "localhost",
    ALPNProtocols: [protocol],
    rejectUnauthorized: false,
  });
  // Whoever listens for errors is told; nobody else must be.
  session.on("error", () => {});
  return session;
}

function bytesOf(pem: string | Uint8Array): string {
  return typeof pem === "string" ? pem : new TextDecoder().decode(pem);
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : error.message;
}

/** A question over a socket, which is gone when that is answered. */
interface Question<T> {
  /** The answer where none comes in time, or the socket is closed. */
  readonly late: T;
  readonly ask: (socket: Socket, done: (answer: T) => void) => void;
}

function within<T>(
  { address, timeoutMs }: Target,
  { late, ask }: Question<T>,
): Promise<T> {
  return new Promise((resolve) => {
    const socket = connectTcp(address);
    const done = (answer: T): void => {
      resolve(answer);
      socket.destroy();
    };
    socket.setTimeout(timeoutMs, () => done(late));
    ask(socket, done);
    socket.on("error", () => {});
    socket.once("close", () => resolve(late));
  });
}
