import {
  lookUpSrv,
  type SkippedRecord,
} from "../../balancers/transport/mod.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";
import {
  distinct,
  makeTarget,
  type Names,
  namesOf,
  type Target,
} from "../names/mod.ts";
import type { DiscoveryOptions } from "../options.ts";
import { SrvMemory } from "./_srv_memory.ts";
import { checkTls } from "./_tls_check.ts";
import type { GatewayEvent } from "../view.ts";
import { within } from "../sockets/mod.ts";

/** What a discovery needs and tells. */
export interface DiscoveryContext {
  readonly names: Names;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
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
  /** Those that have passed: a member that is down for a while keeps its place. */
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
   * Looks again.
   *
   * @throws {UnavailableError} If there is none, or none that passes.
   */
  async look(): Promise<Target[]> {
    const { domain, name, nameServer, insecure = false } = this.#options;
    const { timeoutMs, signal, onEvent } = this.#context;
    const what = `look up the SRV records of '${domain}'`;
    const found = await within(
      { what, timeoutMs, signal },
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

  async #prove(targets: readonly Target[]): Promise<Target[]> {
    const { domain, ca } = this.#options;
    const { names, timeoutMs, signal, onEvent } = this.#context;
    const unknown = targets.filter(({ address }) => !this.#proven.has(address));
    if (unknown.length > 0) {
      onEvent({ type: "validating", endpoints: namesOf(unknown) });
    }
    const rejected: { endpoint: string; error: string }[] = [];
    const check = async (target: Target): Promise<Target[]> => {
      if (this.#proven.has(target.address)) return [target];
      try {
        if (!target.secure) throw new Error("it is not an endpoint with TLS");
        await checkTls(target, {
          serverName: domain,
          ca,
          names,
          timeoutMs,
          signal,
        });
        return [target];
      } catch (error) {
        signal.throwIfAborted();
        const { message } = error as Error;
        rejected.push({ endpoint: target.address, error: message });
        return [];
      }
    };
    const proven = (await Promise.all(targets.map(check))).flat();
    if (rejected.length > 0) onEvent({ type: "validation_failed", rejected });
    if (proven.length === 0) {
      throw new UnavailableError(
        `Cannot use the endpoints of '${domain}': ${
          rejected.map(({ endpoint, error }) => `${endpoint}: ${error}`)
            .join("; ")
        }`,
        { code: "unavailable" },
      );
    }
    this.#proven = new Set(namesOf(proven));
    if (unknown.length > 0) {
      onEvent({ type: "validated", endpoints: namesOf(proven) });
    }
    return proven;
  }
}
