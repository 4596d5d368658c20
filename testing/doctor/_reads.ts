/** Reads that a majority must agree on: by each endpoint, by each strategy. */
import { BALANCER_NAMES } from "../../balancers/mod.ts";
import {
  type BalancerName,
  Client,
  EtcdError,
  PermissionDeniedError,
} from "../../mod.ts";
import { authFinding } from "./_auth.ts";
import { clientOptions, KEY, together, tried } from "./_client.ts";
import type { Finding, StrategyReport } from "./diagnosis.ts";
import type { Examined } from "./_endpoint.ts";
import type { Settings } from "./options.ts";

/** A read by each endpoint that answers. */
export async function examineReads(
  examined: readonly Examined[],
  settings: Settings,
): Promise<readonly Finding[]> {
  const { signal } = settings;
  const asked = examined.filter(({ status }) =>
    status !== undefined && !status.isLearner
  );
  const found = await together(
    asked.map(async ({ report: { endpoint } }) => {
      await using client = new Client({
        ...clientOptions(settings),
        endpoints: endpoint,
      });
      const answer = await tried(client.get(KEY, { signal }));
      if (answer instanceof EtcdError) {
        return authFinding(answer, settings) ?? noQuorum(endpoint, answer);
      }
      const health = await tried(client.member(endpoint).health({ signal }));
      return health === "not_serving" ? notServing(endpoint) : undefined;
    }),
  );
  return found.filter((finding) => finding !== undefined);
}

function noQuorum(about: string, error: EtcdError): Finding {
  return {
    severity: "fault",
    code: "no_quorum",
    about,
    text:
      `The member answers, but cannot serve reads and writes: ${error.message}.`,
    advice:
      "Look whether a majority of the members is up, and whether this one reaches the others at their peer URLs.",
  };
}

function notServing(about: string): Finding {
  return {
    severity: "warning",
    code: "not_serving",
    about,
    text: "The member serves, and says of itself that it does not.",
    advice:
      "Ask again: it does so while it is defragmented. Load balancers leave it out meanwhile.",
  };
}

/** A read by each strategy over all endpoints, and how many connections it has. */
export async function examineStrategies(
  endpoints: string | readonly string[],
  settings: Settings,
): Promise<readonly StrategyReport[]> {
  return await together(
    BALANCER_NAMES.map((balancer) =>
      tryStrategy(balancer, { endpoints, settings })
    ),
  );
}

/** The strategies that were not served although something was. */
export function strategyFindings(
  reports: readonly StrategyReport[],
): readonly Finding[] {
  const unserved = reports.filter(({ reads, failed }) => failed === reads);
  // Where none is served, the endpoints say why.
  if (unserved.length === reports.length) return [];
  return unserved.map(({ strategy, error }) => ({
    severity: "fault",
    code: "strategy_failed",
    about: strategy,
    text: `A client with this strategy is not served: ${error}.`,
    advice:
      "Take another strategy, or leave out the endpoint that is not served.",
  }));
}

async function tryStrategy(
  balancer: BalancerName,
  { endpoints, settings }: {
    readonly endpoints: string | readonly string[];
    readonly settings: Settings;
  },
): Promise<StrategyReport> {
  const { signal, nowMs } = settings;
  await using client = new Client({
    ...clientOptions(settings),
    endpoints,
    balancer,
  });
  const endpointCount = Math.max(1, client.balancer.endpoints.length);
  const startMs = nowMs();
  const errors: EtcdError[] = [];
  let firstReadMs: number | undefined;
  let reads = 0;
  // Each connection is used once: the first reads go before some are there.
  while (
    reads < endpointCount || (errors.length === 0 && reads < 2 * endpointCount)
  ) {
    const answer = await tried(client.get(KEY, { signal }));
    firstReadMs ??= nowMs() - startMs;
    reads++;
    // A member that says no has answered.
    const isFailed = answer instanceof EtcdError &&
      !(answer instanceof PermissionDeniedError);
    if (isFailed) errors.push(answer);
  }
  const [error] = errors;
  return {
    strategy: balancer,
    reads,
    failed: errors.length,
    firstReadMs: firstReadMs ?? 0,
    connections: client.balancer.connections,
    ...error !== undefined && { error: error.message },
  };
}
