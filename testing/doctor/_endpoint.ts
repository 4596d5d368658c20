/** One endpoint: the member that answers behind it, or why none does. */
import {
  AuthError,
  Client,
  type ClientOptions,
  EtcdError,
  type MemberStatus,
  PermissionDeniedError,
  TlsError,
  type TlsOptions,
} from "../../mod.ts";
import { authFinding } from "./_auth.ts";
import { clientOptions, hexId } from "./_client.ts";
import { between } from "./_between.ts";
import type {
  CertificateReport,
  EndpointReport,
  Finding,
} from "./diagnosis.ts";
import type { Settings } from "./options.ts";
import {
  certificateOf,
  firstAnswer,
  type Target,
  targetOf,
} from "./_socket.ts";
import { readSpeech } from "./_speech.ts";
import { clockFinding, endsSoon, tlsFinding } from "./_tls.ts";
import { whyUnreached } from "./_unreached.ts";

/** An endpoint after its examination. */
export interface Examined {
  readonly report: EndpointReport;
  /** As its member has said; missing if none has answered. */
  readonly status: MemberStatus | undefined;
  readonly findings: readonly Finding[];
}

/** The settings that the examinations of all endpoints share. */
export interface Context {
  readonly settings: Settings;
  /** The TLS settings, if they are a function: as it has given them. */
  readonly tls: TlsOptions | undefined;
}

/** Examines one endpoint. */
export async function examineEndpoint(
  endpoint: string,
  { settings, tls }: Context,
): Promise<Examined> {
  const { timeoutMs, nowMs } = settings;
  const target = targetOf(endpoint, { tls, timeoutMs });
  const startMs = nowMs();
  const answer = await statusOf(endpoint, settings);
  const answerMs = nowMs() - startMs;
  const certificate = target.secure ? await certificateOf(target) : undefined;
  const found = { endpoint, target, certificate, settings };
  return answer instanceof EtcdError
    ? await unreached(answer, found)
    : await answered(answer, { ...found, answerMs });
}

interface Found {
  readonly endpoint: string;
  readonly target: Target;
  readonly certificate: CertificateReport | undefined;
  readonly settings: Settings;
}

async function unreached(
  error: EtcdError,
  { endpoint, target, certificate, settings }: Found,
): Promise<Examined> {
  const finding = error instanceof TlsError
    ? tlsFinding(endpoint, {
      fault: error.fault,
      reason: reasonOf(error, endpoint),
      certificate,
      nowMs: settings.nowMs(),
    })
    : authFinding(error, settings) ??
      await whyUnreached(error, { endpoint, target });
  const report: EndpointReport = {
    endpoint,
    answers: false,
    ...certificate !== undefined && { certificate },
  };
  return { report, status: undefined, findings: [finding] };
}

async function answered(
  status: MemberStatus,
  { endpoint, target, certificate, settings, answerMs }: Found & {
    readonly answerMs: number;
  },
): Promise<Examined> {
  const { server, dateMs } = await spoken(target, settings);
  const nowMs = settings.nowMs();
  const report: EndpointReport = {
    endpoint,
    answers: true,
    answerMs,
    memberId: hexId(status.header.memberId),
    clusterId: hexId(status.header.clusterId),
    version: status.version,
    dbSizeBytes: Number(status.dbSizeBytes),
    ...certificate !== undefined && { certificate },
    ...server !== undefined && { server },
  };
  const findings = [
    ...certificate === undefined
      ? []
      : endsSoon(endpoint, { certificate, nowMs }),
    ...dateMs === undefined
      ? []
      : clockFinding(endpoint, { serverMs: dateMs, nowMs }),
    ...await between(endpoint, { status, server, settings }),
  ];
  return { report, status, findings };
}

async function spoken(target: Target, { timeoutMs }: Settings) {
  const briefly = { ...target, timeoutMs: Math.min(timeoutMs, 1_000) };
  return readSpeech(await firstAnswer(briefly) ?? "");
}

/**
 * The status of the member behind an endpoint. Most servers tell it to anybody:
 * that a password is wrong is told elsewhere.
 */
async function statusOf(
  endpoint: string,
  settings: Settings,
): Promise<MemberStatus | EtcdError> {
  const asked = await statusAs(endpoint, { settings, auth: undefined });
  const isRefused = asked instanceof AuthError ||
    asked instanceof PermissionDeniedError;
  const { auth } = settings.client;
  return isRefused && auth !== undefined
    ? await statusAs(endpoint, { settings, auth })
    : asked;
}

async function statusAs(
  endpoint: string,
  { settings, auth }: {
    readonly settings: Settings;
    readonly auth: ClientOptions["auth"];
  },
): Promise<MemberStatus | EtcdError> {
  const { signal } = settings;
  await using client = new Client({
    ...clientOptions(settings),
    endpoints: endpoint,
    auth,
  });
  try {
    return await client.member(endpoint).status({ signal });
  } catch (error) {
    // The reason of the signal is the caller's.
    if (!(error instanceof EtcdError)) throw error;
    return error;
  }
}

/** The state of the endpoint in an error of a client that has no other. */
export function reasonOf({ message }: Error, endpoint: string): string {
  const at = message.lastIndexOf(`${endpoint}: `);
  return at < 0
    ? message.replace(/^Cannot [^:]*: /, "")
    : message.slice(at + endpoint.length + 2);
}
