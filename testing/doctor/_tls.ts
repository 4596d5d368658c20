/** Findings about TLS: faults, and times that end. */
import { X509Certificate } from "node:crypto";
import type { TlsFault, TlsOptions } from "../../mod.ts";
import type { CertificateReport, Finding } from "./diagnosis.ts";

const DAY_MS = 86_400_000;
/** A certificate that ends within this time is worth a warning. */
const SOON_DAYS = 30;
/** A certificate made for less than this is renewed by a program. */
const SHORT_LIVED_SHARE = 0.2;
/** Clocks that are less apart than this are the same: answers take time. */
const CLOCK_MS = 5_000;

function adviceOn(fault: TlsFault): string {
  switch (fault) {
    case "unknown_authority":
      return "Give the authority that has signed the server's certificate as tls.ca (--trusted-ca-file), its intermediates included.";
    case "wrong_name":
      return "Use an endpoint by one of the names that the certificate is for, name one of them as tls.serverName (--server-name), or have a certificate made for this address.";
    case "expired":
      return "Renew the server's certificate.";
    case "not_yet_valid":
      return "Set the clocks of this machine and of the one that made the certificate.";
    case "client_certificate_missing":
      return "Give a client certificate as tls.cert and tls.key (--cert-file, --key-file), signed by the authority of the server's --trusted-ca-file.";
    case "client_certificate_refused":
      return "Have the client certificate signed by the authority of the server's --trusted-ca-file, for client authentication, and look at its dates.";
    case "not_tls":
      return "Use http:// for this endpoint, or give the server a certificate.";
  }
}

/** A fault of TLS, with what the certificate says of it. */
export function tlsFinding(
  about: string,
  { fault, reason, certificate, nowMs }: {
    readonly fault: TlsFault;
    readonly reason: string;
    readonly certificate: CertificateReport | undefined;
    readonly nowMs: number;
  },
): Finding {
  const shown = certificate && [
    fault === "wrong_name"
      ? `The certificate is for ${certificate.names.join(", ") || "no name"}.`
      : "",
    fault === "unknown_authority"
      ? `It was signed by '${certificate.issuer}'.`
      : "",
    fault === "expired" || fault === "not_yet_valid"
      ? `It is valid from ${certificate.validFrom} until ${certificate.validUntil}; here it is ${
        new Date(nowMs).toISOString()
      }.`
      : "",
  ].filter(Boolean).join(" ");
  return {
    severity: "fault",
    code: `tls_${fault}`,
    about,
    text: [`TLS fails: ${reason.replace(/[^.?]$/, "$&.")}`, shown]
      .filter(Boolean).join(" "),
    advice: adviceOn(fault),
  };
}

/** The end of a server's certificate, if that is near. */
export function endsSoon(
  about: string,
  { certificate, nowMs }: {
    readonly certificate: CertificateReport;
    readonly nowMs: number;
  },
): readonly Finding[] {
  const text = endText(certificate, nowMs);
  return text === undefined ? [] : [{
    severity: "warning",
    code: "certificate_ends_soon",
    about,
    text: `Its certificate ${text}.`,
    advice: "Renew it in time: no client connects after that.",
  }];
}

/** The end of the client's own certificate, if that is near. */
export function ownEndsSoon(
  tls: TlsOptions | undefined,
  nowMs: number,
): readonly Finding[] {
  if (tls?.cert === undefined) return [];
  let own: X509Certificate;
  try {
    own = new X509Certificate(tls.cert);
  } catch {
    // The client has said what is wrong with it.
    return [];
  }
  const { validFrom, validTo: validUntil } = own;
  const text = endText({ validFrom, validUntil }, nowMs);
  return text === undefined ? [] : [{
    severity: "warning",
    code: "client_certificate_ends_soon",
    about: "cluster",
    text: `The client's certificate ${text}.`,
    advice: "Renew it in time: no member lets the client in after that.",
  }];
}

/** The difference of the clocks, if that is more than an answer takes. */
export function clockFinding(
  about: string,
  { serverMs, nowMs }: { readonly serverMs: number; readonly nowMs: number },
): readonly Finding[] {
  const apartMs = serverMs - nowMs;
  if (Math.abs(apartMs) < CLOCK_MS) return [];
  const seconds = Math.round(Math.abs(apartMs) / 1_000);
  return [{
    severity: "warning",
    code: "clock_differs",
    about,
    text: `Its clock is ${seconds} s ${
      apartMs > 0 ? "ahead of" : "behind"
    } the one here.`,
    advice:
      "Have both set by NTP: certificates and tokens are judged by the clock.",
  }];
}

function endText(
  { validFrom, validUntil }: {
    readonly validFrom: string;
    readonly validUntil: string;
  },
  nowMs: number,
): string | undefined {
  const [from, until] = [validFrom, validUntil].map((text) => Date.parse(text));
  if (from === undefined || until === undefined || until <= nowMs) return;
  const leftMs = until - nowMs;
  const enough = Math.min(
    SOON_DAYS * DAY_MS,
    SHORT_LIVED_SHARE * (until - from),
  );
  if (!(leftMs < enough)) return;
  return `ends in ${
    leftMs < 2 * DAY_MS
      ? `${Math.round(leftMs / 3_600_000)} hours`
      : `${Math.floor(leftMs / DAY_MS)} days`
  }, on ${new Date(until).toISOString()}`;
}
