import {
  lookUpSrv,
  type SkippedRecord,
} from "../../balancers/transport/mod.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";
import { distinct, makeTarget, namesOf, type Target } from "../names/mod.ts";
import type { DiscoveryOptions } from "../options.ts";
import { SrvMemory } from "./_srv_memory.ts";
import { checkTls } from "./_tls_check.ts";
import type { GatewayEvent } from "../view.ts";
import { withTimeout } from "../sockets/mod.ts";
import type { TimedDialOptions } from "../dial/mod.ts";

/** The surroundings of a discovery. */
export interface DiscoveryContext extends TimedDialOptions {
  onEvent(event: GatewayEvent): void;
}

/**
 * Finds endpoints by SRV records and lets those through that prove by TLS that
 * they belong to the domain. Without proof nothing is let through, unless the
 * discovery is said to be insecure.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #context: DiscoveryContext;
  /** Addresses that have passed: a member that is down keeps its place. */
  #proven = new Set<string>();
  #skipped = new Set<string>();
  readonly #memory: SrvMemory;

  constructor(options: DiscoveryOptions, context: DiscoveryContext) {
    this.#options = options;
    this.#context = context;
    this.#memory = new SrvMemory({
      discovery: options,
      onKept: (error) =>
        context.onEvent({ type: "refresh_failed", source: "srv", error }),
    });
  }

  /**
   * Looks up the endpoints as they are now.
   *
   * @throws {UnavailableError} If there is none, or none that passes.
   */
  async look(): Promise<Target[]> {
    const { domain, name, nameServer, insecure = false } = this.#options;
    const { onEvent } = this.#context;
    const what = `look up the SRV records of '${domain}'`;
    const found = await withTimeout(
      { what, ...this.#context },
      async (signal) => {
        const all = await lookUpSrv(domain, { name, nameServer, signal });
        const endpoints = await this.#memory.complete(all.endpoints, signal);
        return { ...all, endpoints };
      },
    );
    this.#tellSkipped(found.skipped);
    const targets = distinct(found.endpoints.map(makeTarget));
    onEvent({ type: "discovered", domain, endpoints: namesOf(targets) });
    return insecure ? targets : await this.#prove(targets);
  }

  /** Tells of each record once, as long as it stays. */
  #tellSkipped(skipped: readonly SkippedRecord[]): void {
    const { domain } = this.#options;
    for (const { record, reason } of skipped) {
      if (this.#skipped.has(record)) continue;
      this.#context.onEvent({ type: "record_skipped", domain, record, reason });
    }
    this.#skipped = new Set(skipped.map(({ record }) => record));
  }

  /** The targets that belong to the domain; an event tells of the others. */
  async #prove(targets: readonly Target[]): Promise<Target[]> {
    const { onEvent } = this.#context;
    const unknown = targets.filter(({ address }) => !this.#proven.has(address));
    if (unknown.length > 0) {
      onEvent({ type: "validating", endpoints: namesOf(unknown) });
    }
    const reasons = await Promise.all(targets.map((one) => this.#whyNot(one)));
    const proven = targets.filter((_, at) => reasons[at] === undefined);
    const rejected = targets.flatMap(({ address }, at) =>
      reasons[at] !== undefined
        ? [{ endpoint: address, error: reasons[at] }]
        : []
    );
    if (rejected.length > 0) onEvent({ type: "validation_failed", rejected });
    if (proven.length === 0) throw noneProven(this.#options.domain, rejected);
    this.#proven = new Set(namesOf(proven));
    if (unknown.length > 0) {
      onEvent({ type: "validated", endpoints: namesOf(proven) });
    }
    return proven;
  }

  /** The reason why a target does not pass; `undefined` if it does. */
  async #whyNot(target: Target): Promise<string | undefined> {
    if (this.#proven.has(target.address)) return undefined;
    if (!target.secure) return "it is not an endpoint with TLS";
    const { domain: serverName, ca } = this.#options;
    try {
      await checkTls(target, { serverName, ca, ...this.#context });
      return undefined;
    } catch (error) {
      this.#context.signal.throwIfAborted();
      return (error as Error).message;
    }
  }
}

function noneProven(
  domain: string,
  rejected: readonly { readonly endpoint: string; readonly error: string }[],
): UnavailableError {
  const reasons = rejected.map(({ endpoint, error }) =>
    `${endpoint}: ${error}`
  );
  return new UnavailableError(
    `Cannot use the endpoints of '${domain}': ${reasons.join("; ")}`,
    { code: "unavailable" },
  );
}
