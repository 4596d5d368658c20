/** The examination of a cluster, from its endpoints to its findings. */
import { Client, type TlsOptions } from "../../mod.ts";
import { examineAddresses } from "./_addresses.ts";
import { examineAuth, plainFindings } from "./_auth.ts";
import { clientOptions, together, tried } from "./_client.ts";
import { examineCluster } from "./_cluster.ts";
import type { Diagnosis, Finding, Severity } from "./diagnosis.ts";
import { examineEndpoint } from "./_endpoint.ts";
import { examineMembers } from "./_members.ts";
import { type DiagnoseOptions, type Settings, settingsOf } from "./options.ts";
import { examineReads, examineStrategies, strategyFindings } from "./_reads.ts";
import { ownEndsSoon } from "./_tls.ts";

const WEIGHTS: readonly Severity[] = ["fault", "warning", "note"];

/**
 * Examines a cluster: each endpoint, the members behind them, and each balancer
 * strategy over all of them. It only reads. Whatever is wrong with the cluster
 * becomes a finding, with what to change.
 *
 * ```ts ignore
 * import { diagnose } from "@etcdeno/client/testing";
 *
 * const { healthy, findings } = await diagnose("http://127.0.0.1:2379");
 * for (const { about, text, advice } of findings) {
 *   console.log(`${about}: ${text} ${advice ?? ""}`);
 * }
 * ```
 *
 * @throws {InvalidOptionError} If an endpoint or an option is not acceptable;
 * nothing was sent then.
 */
export async function diagnose(
  endpoints: string | readonly string[],
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const settings = settingsOf(options);
  const { signal, nowMs } = settings;
  signal?.throwIfAborted();
  const urls = await urlsOf(endpoints, settings);
  const tls = await tlsOf(settings);
  const [examined, strategies] = await together([
    together(urls.map((url) => examineEndpoint(url, { settings, tls }))),
    examineStrategies(endpoints, settings),
  ]);
  const answering = examined.filter(({ status }) => status !== undefined)
    .map(({ report }) => report.endpoint);
  const [members, auth, reads] = await together([
    examineMembers(examined, settings),
    examineAuth(answering, settings),
    examineReads(examined, settings),
  ]);
  const findings = sorted([
    ...examined.flatMap(({ findings }) => findings),
    ...members.findings,
    ...await examineAddresses(examined, members.reports),
    ...examineCluster(examined, members),
    ...auth,
    ...plainFindings(urls, settings),
    ...reads,
    ...ownEndsSoon(tls, nowMs()),
    ...strategyFindings(strategies),
  ]);
  signal?.throwIfAborted();
  return {
    healthy: findings.every(({ severity }) => severity !== "fault"),
    findings,
    endpoints: examined.map(({ report }) => report),
    members: members.reports,
    strategies,
  };
}

/**
 * The endpoints in canonical form, those of `srv://` looked up.
 *
 * @throws {InvalidOptionError} If one, or an option, is not acceptable.
 */
async function urlsOf(
  endpoints: string | readonly string[],
  settings: Settings,
): Promise<readonly string[]> {
  await using client = new Client({ ...clientOptions(settings), endpoints });
  const named = typeof endpoints === "string" ? [endpoints] : endpoints;
  if (named.some((endpoint) => endpoint.startsWith("srv://"))) {
    await tried(client.connect({ signal: settings.signal }));
  }
  return client.balancer.endpoints.map(({ endpoint }) => endpoint);
}

async function tlsOf(
  { client: { tls } }: Settings,
): Promise<TlsOptions | undefined> {
  if (typeof tls !== "function") return tls;
  try {
    return await tls();
  } catch {
    // The client has said so, of each endpoint.
    return undefined;
  }
}

/** Each finding once, those of most weight first. */
function sorted(findings: readonly Finding[]): readonly Finding[] {
  const once = new Map(
    findings.map((finding) => [`${finding.code} ${finding.about}`, finding]),
  );
  return [...once.values()].sort((one, other) =>
    WEIGHTS.indexOf(one.severity) - WEIGHTS.indexOf(other.severity)
  );
}
