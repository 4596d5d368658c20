import {
  type Clock,
  type Dial,
  type Endpoint,
  parseEndpoint,
  type SkippedRecord,
} from "../../balancers/transport/mod.ts";
import type { ConnectionPool } from "../../balancers/pool/mod.ts";
import type { TellEvent } from "../events.ts";
import { backoffMs, CONNECTION_BACKOFF } from "../../errors/backoff.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import type { EndpointKeeper } from "./_keeper.ts";
import { listMembers } from "./_member_list.ts";
import { unreachableError, whyUnreachable } from "./_unreachable.ts";
import type { ResolvedDns } from "./_dns.ts";
import { noDnsAnswerError, srvEndpoints } from "./_srv.ts";

/** The means to keep a client's endpoints up to date. */
export interface EndpointSyncOptions {
  /** Holds the endpoints. */
  readonly keeper: EndpointKeeper;
  /** Asks for the members. */
  readonly caller: Caller;
  /** The connections to them. */
  readonly pool: Pick<ConnectionPool, "closed">;
  /** The settings of the search in DNS. */
  readonly dns: ResolvedDns;
  /** Makes transports, to see whether members can be reached. */
  readonly dial: Dial;
  /** The time one dial or one look-up may take, in milliseconds. */
  readonly dialTimeoutMs: number;
  /** The milliseconds between look-ups of the members; missing for none. */
  readonly autoSyncIntervalMs: number | undefined;
  /** Times the look-ups. */
  readonly clock: Clock;
  /** A listener to the failures that no call ends with. */
  readonly onEvent: TellEvent | undefined;
}

/** Asks DNS and the cluster for endpoints, on demand and from time to time. */
export class EndpointSync {
  readonly #options: EndpointSyncOptions;
  readonly #closed = new AbortController();
  readonly #timers = new Map<string, () => void>();
  readonly #skipped = new Map<string, ReadonlySet<string>>();
  #lookingUp: Promise<void> | undefined;
  #failures = 0;
  #started = false;

  constructor(options: EndpointSyncOptions) {
    this.#options = options;
  }

  /** Begins, as the client is being used. */
  start(): void {
    this.#started = true;
    const { keeper, autoSyncIntervalMs } = this.#options;
    if (keeper.domains.length > 0) void this.#lookUp();
    if (autoSyncIntervalMs !== undefined) this.#scheduleSync();
  }

  /** Looks up the domains, of which there may be others now. */
  seedsChanged(): void {
    if (this.#started && this.#options.keeper.domains.length > 0) {
      void this.#lookUp();
    }
  }

  /** Takes note that a connection was lost, or could not be made. */
  connectionFailed(): void {
    const { keeper } = this.#options;
    if (this.#closed.signal.aborted || !keeper.lost) return;
    keeper.fallBack();
    // A look-up that has failed is repeated on its own.
    if (keeper.domains.length > 0 && this.#failures === 0) void this.#lookUp();
  }

  /**
   * Asks for the members, and uses those that vote and have started. If they
   * name no address that may be used, the user's endpoints are used. If none of
   * their addresses can be reached, the endpoints in use stay.
   *
   * @throws {EtcdError} If they could not be asked for.
   */
  async sync(given?: CallOptions): Promise<readonly string[]> {
    const options = { ...given };
    const { keeper } = this.#options;
    const { seeds } = keeper;
    keeper.fallBack();
    const { members } = await listMembers(this.#options.caller, {
      action: "synchronize the endpoints",
      linearizable: undefined,
      options,
    });
    const { secure } = keeper;
    const usable = keeper.usable(
      members
        .filter(({ name, isLearner }) => name !== "" && !isLearner)
        .flatMap(({ clientURLs }) => clientURLs)
        .flatMap((url) => parsed(url, { tls: secure }))
        // A member cannot move the client from TLS to plain text.
        .filter((endpoint) => endpoint.secure || !secure),
    );
    const reason = await this.#whyNotUsed(usable, options);
    // The user has named other endpoints meanwhile.
    if (keeper.seeds !== seeds) return await this.sync(options);
    if (reason !== undefined) throw unreachableError(reason);
    keeper.setMembers(usable);
    return keeper.endpoints.map(({ url }) => url);
  }

  /**
   * Why the members may not take the place of the endpoints in use, if so. In a
   * network of their own, the addresses that they name lead nowhere from here.
   */
  async #whyNotUsed(
    members: readonly Endpoint[],
    { signal: given }: CallOptions,
  ): Promise<string | undefined> {
    const { keeper, dial, dialTimeoutMs, clock } = this.#options;
    if (members.length === 0 || keeper.serves(members)) return undefined;
    const signal = AbortSignal.any([
      this.#closed.signal,
      ...given ? [given] : [],
    ]);
    return await whyUnreachable(members, {
      dial,
      dialTimeoutMs,
      clock,
      signal,
    });
  }

  /** Ends the look-ups. */
  close(): void {
    this.#closed.abort();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #lookUp(): Promise<void> {
    this.#lookingUp ??= this.#lookUpAll().finally(() => {
      this.#lookingUp = undefined;
    });
    return this.#lookingUp;
  }

  async #lookUpAll(): Promise<void> {
    const { keeper, dns, clock } = this.#options;
    const { domains } = keeper;
    const outcomes = await Promise.all(
      domains.map((domain) => this.#lookUpOne(domain)),
    );
    if (this.#closed.signal.aborted) return;
    // Other domains were named meanwhile.
    if (keeper.domains.some((domain) => !domains.includes(domain))) {
      return await this.#lookUpAll();
    }
    this.#failures = outcomes.includes("failed") ? this.#failures + 1 : 0;
    const waitMs = this.#failures === 0 ? dns.refreshIntervalMs : Math.min(
      backoffMs(CONNECTION_BACKOFF, this.#failures, clock.random),
      dns.refreshIntervalMs,
    );
    this.#schedule("look up", waitMs, () => void this.#lookUp());
  }

  async #lookUpOne(domain: string): Promise<"found" | "failed"> {
    const { keeper, dns, dialTimeoutMs: timeoutMs, clock } = this.#options;
    const { nameServer } = dns;
    const records = keeper.recordsOf(domain);
    const late = new AbortController();
    const cancel = clock.schedule(
      timeoutMs,
      () => late.abort(noDnsAnswerError(domain, { records, timeoutMs })),
    );
    const signal = AbortSignal.any([this.#closed.signal, late.signal]);
    let found: readonly Endpoint[] | EtcdError;
    let skipped: readonly SkippedRecord[] = [];
    try {
      const answer = await srvEndpoints(domain, {
        nameServer,
        records,
        signal,
      });
      found = answer.endpoints;
      skipped = answer.skipped;
    } catch (error) {
      found = EtcdError.from(error);
    } finally {
      cancel();
    }
    // The domain may not be wanted any more by now.
    if (this.#closed.signal.aborted || !keeper.domains.includes(domain)) {
      return "found";
    }
    this.#tellSkipped(domain, skipped);
    keeper.setFound(domain, found);
    if (!(found instanceof EtcdError)) return "found";
    this.#tell(found);
    return "failed";
  }

  #scheduleSync(): void {
    const { autoSyncIntervalMs = 0 } = this.#options;
    this.#schedule("sync", autoSyncIntervalMs, () => void this.#autoSync());
  }

  async #autoSync(): Promise<void> {
    try {
      await this.sync({ signal: this.#closed.signal });
    } catch (error) {
      if (this.#closed.signal.aborted || this.#options.pool.closed) return;
      this.#tell(EtcdError.from(error));
    }
    this.#scheduleSync();
  }

  /** Tells of each record once, as long as DNS has it. */
  #tellSkipped(domain: string, skipped: readonly SkippedRecord[]): void {
    const before = this.#skipped.get(domain);
    this.#skipped.set(domain, new Set(skipped.map(({ record }) => record)));
    for (const { record, reason } of skipped) {
      if (before?.has(record)) continue;
      const type = "record_skipped";
      this.#options.onEvent?.({ type, domain, record, reason });
    }
  }

  #tell(error: EtcdError): void {
    this.#options.onEvent?.({ type: "sync_failed", error });
  }

  #schedule(what: string, ms: number, task: () => void): void {
    if (this.#closed.signal.aborted) return;
    this.#timers.get(what)?.();
    this.#timers.set(what, this.#options.clock.schedule(ms, task));
  }
}

/** The endpoint that a member names; none if it is not one we can use. */
function parsed(url: string, options: { readonly tls: boolean }): Endpoint[] {
  try {
    return [parseEndpoint(url, options)];
  } catch (error) {
    if (error instanceof InvalidOptionError) return [];
    throw error;
  }
}
