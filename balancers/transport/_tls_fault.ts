import type { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { TlsFault } from "../../errors/specific_errors.ts";

/** Why TLS was not set up, for people and for programs. */
export interface TlsFailure {
  /** As one word, if TLS is to blame. */
  readonly fault?: TlsFault | undefined;
  /** In words. */
  readonly reason: string;
}

/** The server that a dial has reached. */
export interface TlsPeer {
  /** The server's IP address and port, or the path of its socket. */
  readonly address:
    | { readonly host: string; readonly port: number }
    | { readonly path: string };
  /** The server name it is told. */
  readonly serverName: string;
  /** The client certificate and key it is shown. */
  readonly own: { readonly cert?: Buffer; readonly key?: Buffer };
}

const NOT_TLS: TlsFailure = {
  fault: "not_tls",
  reason: "it does not speak TLS, is it an http endpoint?",
};
const ENDS_ALL: TlsFailure = {
  reason:
    "the server ends each connection at once, is it a proxy whose member is down?",
};
/** So long a server that has TLS or not waits for the first word at least. */
const SILENCE_MS = 300;
const UNTRUSTED: ReadonlySet<string> = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

/**
 * Explains why a handshake has failed.
 *
 * `watch` is given each socket this opens itself.
 */
export async function explainTls(
  error: unknown,
  peer: TlsPeer,
  watch: (socket: Socket) => void,
): Promise<TlsFailure | undefined> {
  const code = codeOf(error);
  if (UNTRUSTED.has(code)) return await explainUntrusted(peer, watch);
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return { fault: "expired", reason: "its certificate has expired" };
    case "CERT_NOT_YET_VALID":
      return {
        fault: "not_yet_valid",
        reason: "its certificate is not valid yet",
      };
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return {
        fault: "wrong_name",
        reason: `its certificate is for another name: ${
          (error as { reason?: string }).reason
        }`,
      };
    // A plain HTTP server answers a TLS handshake so, or ends it.
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return NOT_TLS;
    case "ECONNRESET":
      return await explainReset(peer, watch);
  }
  return explainAlert(error, peer);
}

/**
 * Explains why a server ended a connection right after the handshake. In TLS 1.3
 * a server refuses a client's certificate only then, with an alert that is lost
 * if something was written before it is read. So the handshake is made once
 * more, and nothing is written.
 */
export function explainEnd(
  peer: TlsPeer,
  watch: (socket: Socket) => void,
): Promise<TlsFailure | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp(peer.address);
    watch(socket);
    const session = shakeHands(socket, peer);
    session.once("data", () => socket.destroy());
    session.once("error", (error) => {
      resolve(explainAlert(error, peer));
      socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => resolve(undefined));
  });
}

/** Explains the alert by which a server ended the connection, if one did. */
export function explainAlert(
  error: unknown,
  { own }: Pick<TlsPeer, "own">,
): TlsFailure | undefined {
  const alert = /_ALERT_(.+)$/.exec(codeOf(error))?.[1];
  if (alert === undefined) return undefined;
  const text = alert.toLowerCase().replaceAll("_", " ");
  return own.cert !== undefined
    ? {
      fault: "client_certificate_refused",
      reason: `it refuses the client's certificate (${text})${
        ownDates(own.cert)
      }`,
    }
    : {
      fault: "client_certificate_missing",
      reason:
        `it asks for a client certificate: 'tls.cert' and 'tls.key' are not given (${text})`,
    };
}

/** Says that the client's own certificate is out of its time, if it is. */
function ownDates(cert: Buffer): string {
  let dates: X509Certificate;
  try {
    dates = new X509Certificate(cert);
  } catch {
    return "";
  }
  const until = Date.parse(dates.validTo);
  const from = Date.parse(dates.validFrom);
  const now = Date.now();
  if (now > until) {
    return `: the one in 'tls.cert' has expired on ${
      new Date(until).toISOString()
    }`;
  }
  return now < from
    ? `: the one in 'tls.cert' is not valid before ${
      new Date(from).toISOString()
    }`
    : "";
}

/** Explains why a server ends a handshake: it may end whatever is begun. */
function explainReset(
  { address }: Pick<TlsPeer, "address">,
  watch: (socket: Socket) => void,
): Promise<TlsFailure> {
  return new Promise((resolve) => {
    const socket = connectTcp(address);
    watch(socket);
    socket.setTimeout(SILENCE_MS, () => {
      resolve(NOT_TLS);
      socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => resolve(ENDS_ALL));
    socket.resume();
  });
}

/**
 * Explains why a certificate is not trusted. Deno gives the same error for one
 * that has expired and for one by an unknown authority (2.9.6), so the dates of
 * the certificate are read.
 */
async function explainUntrusted(
  peer: TlsPeer,
  watch: (socket: Socket) => void,
): Promise<TlsFailure> {
  const dates = await certificateDates(peer, watch);
  const now = Date.now();
  if (dates !== undefined && now > dates.until) {
    const on = new Date(dates.until).toISOString();
    return { fault: "expired", reason: `its certificate has expired on ${on}` };
  }
  if (dates !== undefined && now < dates.from) {
    const on = new Date(dates.from).toISOString();
    return {
      fault: "not_yet_valid",
      reason: `its certificate is not valid before ${on}`,
    };
  }
  return {
    fault: "unknown_authority",
    reason:
      "unable to verify its certificate, is its authority among those in 'tls.ca'?",
  };
}

/** Reads a certificate in a handshake after which nothing is sent. */
function certificateDates(
  { address, serverName }: TlsPeer,
  watch: (socket: Socket) => void,
): Promise<{ readonly from: number; readonly until: number } | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp(address);
    watch(socket);
    const session = shakeHands(socket, { serverName, own: {} });
    session.once("secureConnect", () => {
      const { valid_from: from, valid_to: to } = session.getPeerCertificate();
      resolve({ from: Date.parse(from), until: Date.parse(to) });
      socket.destroy();
    });
    // Without the dates, only the first failure is known.
    session.on("error", () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.once("close", () => resolve(undefined));
  });
}

/** A handshake with anybody, as nothing will be sent. */
function shakeHands(
  socket: Socket,
  { serverName, own }: Pick<TlsPeer, "serverName" | "own">,
): TLSSocket {
  return connectTls({
    socket,
    ...own,
    servername: serverName,
    ALPNProtocols: ["h2"],
    rejectUnauthorized: false,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
