import { assert, assertStringIncludes } from "@std/assert";
import type { BalancerName } from "../../../balancers/mod.ts";
import {
  Client,
  type ClientOptions,
  EtcdError,
  type Lease,
  type Watch,
} from "../../../mod.ts";
import { cluster, startFaultyMember } from "../_faulty_member.ts";

/** How many streams the server allows at once. */
export const MOST = 2;
/** How an error names that. */
export const LIMIT: string = `one of the ${MOST} streams that`;

/** Starts a member of that kind for all tests of the file that calls this. */
export function startLimitedMember(): void {
  startFaultyMember([`--max-concurrent-streams=${MOST}`]);
}

/** A client that has no stream left: a lease and a watch hold both. */
export class FullClient implements AsyncDisposable {
  readonly client: Client;
  lease!: Lease;
  watch!: Watch;

  private constructor(balancer: BalancerName, options: Partial<ClientOptions>) {
    const { endpoints } = cluster;
    this.client = new Client({
      endpoints,
      balancer,
      keepAlive: false,
      ...options,
    });
  }

  /** Opens one. */
  static async open(
    balancer: BalancerName,
    options: Partial<ClientOptions> = {},
  ): Promise<FullClient> {
    const full = new FullClient(balancer, options);
    full.lease = await full.client.lease.grant(60);
    await full.lease.keepAlive();
    full.watch = full.client.watch("nobody writes this");
    await full.watch.ready;
    return full;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close();
  }
}

/** How many calls and streams of a client run or wait. */
export function inFlight({ balancer }: Client): number {
  return balancer.endpoints[0]?.inFlight ?? 0;
}

/** It was certainly not sent, and its error says what it has waited for. */
export function assertNamesLimit(error: unknown): asserts error is EtcdError {
  assert(error instanceof EtcdError, `${error}`);
  assertStringIncludes(error.message, LIMIT);
  assertStringIncludes(error.message, "max concurrent streams");
  assert(!error.maybeCommitted, error.message);
  assert(error.retryable, error.message);
}
