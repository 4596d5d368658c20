import { type Endpoint, isDenied } from "../../balancers/transport/mod.ts";
import type { ConnectionPool } from "../../balancers/pool/mod.ts";
import type { EndpointView } from "../../balancers/view.ts";
import { withoutPlain } from "../tls/mod.ts";
import type { Seeds } from "./_seeds.ts";

/** The endpoints that the pool has: the user's, the members' or both. */
type Source =
  | { readonly kind: "user" }
  | {
    readonly kind: "members" | "both";
    readonly members: readonly Endpoint[];
  };

/**
 * Decides which endpoints the pool has: the members' if they were asked for,
 * else those that the user has named or that DNS has; never a refused one.
 */
export class EndpointKeeper {
  readonly #pool: ConnectionPool;
  readonly #found = new Map<string, readonly Endpoint[]>();
  readonly #lookUpErrors = new Map<string, Error>();
  readonly #refused = new Map<string, string>();
  #seeds: Seeds;
  #source: Source = { kind: "user" };

  /** Takes a pool that has the user's endpoints already. */
  constructor(seeds: Seeds, pool: ConnectionPool) {
    this.#pool = pool;
    this.#seeds = seeds;
    this.#show();
  }

  /** The domains whose records name endpoints. */
  get domains(): readonly string[] {
    return this.#seeds.domains;
  }

  /**
   * The records of a domain that are asked for. A domain that once had
   * endpoints with TLS is never used without TLS.
   */
  recordsOf(domain: string): Seeds["records"] {
    const secure = this.#found.get(domain)?.some(({ secure }) => secure);
    return secure === true ? "ssl" : this.#seeds.records;
  }

  /** The user's endpoints; another object after each change. */
  get seeds(): Seeds {
    return this.#seeds;
  }

  /** Whether every endpoint the user has named is reached by TLS. */
  get secure(): boolean {
    return this.#named().every(({ secure }) => secure);
  }

  /** The endpoints in use. */
  get endpoints(): readonly Endpoint[] {
    const source = this.#source;
    const list = source.kind === "user"
      ? this.#named()
      : source.kind === "both"
      ? [...source.members, ...this.#named()]
      : source.members;
    const byUrl = new Map(list.map((endpoint) => [endpoint.url, endpoint]));
    for (const url of this.#refused.keys()) byUrl.delete(url);
    return [...byUrl.values()];
  }

  /**
   * Takes other endpoints from the user. If none was there before, they may be
   * of another cluster.
   */
  replaceSeeds(seeds: Seeds): "all new" | "some kept" {
    const before = new Set(this.endpoints.map(({ url }) => url));
    const domains = new Set(this.#seeds.domains);
    this.#seeds = seeds;
    this.#source = { kind: "user" };
    this.#refused.clear();
    for (const domain of domains) {
      if (seeds.domains.includes(domain)) continue;
      this.#found.delete(domain);
      this.#lookUpErrors.delete(domain);
    }
    this.#apply();
    const kept = seeds.endpoints.some(({ url }) => before.has(url)) ||
      seeds.domains.some((domain) => domains.has(domain));
    return kept ? "some kept" : "all new";
  }

  /** Leaves out members that would get a password in plain text. */
  usable(members: readonly Endpoint[]): readonly Endpoint[] {
    return withoutPlain(members, this.#seeds.secrecy);
  }

  /** Whether one of these endpoints is in use and connected. */
  serves(endpoints: readonly Endpoint[]): boolean {
    const urls = new Set(endpoints.map(({ url }) => url));
    return this.#pool.snapshot().endpoints.some(({ endpoint, state }) =>
      state === "ready" && urls.has(endpoint)
    );
  }

  /** Takes the members' endpoints; the user's are used if there are none. */
  setMembers(usable: readonly Endpoint[]): void {
    this.#source = usable.length === 0
      ? { kind: "user" }
      : { kind: "members", members: usable };
    this.#apply();
  }

  /** Takes the endpoints of a domain, or why there are none. */
  setFound(domain: string, found: readonly Endpoint[] | Error): void {
    if (found instanceof Error) {
      this.#lookUpErrors.set(domain, found);
    } else {
      this.#lookUpErrors.delete(domain);
      this.#found.set(domain, found);
    }
    this.#apply();
  }

  /** Uses the user's endpoints as well if no endpoint can be reached. */
  fallBack(): void {
    const source = this.#source;
    if (source.kind !== "members" || !this.lost) return;
    this.#source = { kind: "both", members: source.members };
    this.#apply();
  }

  /** Whether no endpoint is connected, and each has failed. */
  get lost(): boolean {
    const used = new Set(this.endpoints.map(({ url }) => url));
    return this.#pool.snapshot().endpoints.every((view) =>
      !used.has(view.endpoint) ||
      (view.state !== "ready" && view.lastError !== undefined)
    );
  }

  /** Whether an endpoint is one of those in use. */
  uses(endpoint: string): boolean {
    return this.endpoints.some(({ url }) => url === endpoint);
  }

  /**
   * Takes an endpoint out of use. If it is the last one it stays, and all that
   * were refused are used again: it seems that the cluster has been replaced.
   */
  refuse(endpoint: string, reason: string): "refused" | "last" {
    // A late reply, of an endpoint that was refused or dropped before.
    if (!this.uses(endpoint)) return "refused";
    const last = this.endpoints.length === 1;
    if (last) this.#refused.clear();
    else this.#refused.set(endpoint, reason);
    this.#apply();
    return last ? "last" : "refused";
  }

  #named(): readonly Endpoint[] {
    const found = [...this.#found.values()].flat();
    return withoutPlain(
      [...this.#seeds.endpoints, ...found],
      this.#seeds.secrecy,
    );
  }

  #apply(): void {
    this.#show();
    if (!this.#pool.closed) this.#pool.setEndpoints(this.endpoints);
  }

  /** Shows the endpoints that are not in use as well, with the reason. */
  #show(): void {
    const unknown = this.#seeds.domains.filter((one) => !this.#found.has(one));
    const refused = [...this.#refused].map(([endpoint, reason]) => (
      { endpoint, state: "closed", inFlight: 0, lastError: reason } as const
    ));
    this.#pool.endpointsForDisplay = [
      ...unknown.map((domain) => this.#domainView(domain)),
      ...refused,
    ];
  }

  #domainView(domain: string): EndpointView {
    const error = this.#lookUpErrors.get(domain);
    return {
      endpoint: `srv://${domain}`,
      state: error === undefined ? "connecting" : "failing",
      inFlight: 0,
      lastError: error?.message,
      ...isDenied(error?.cause) && { missingPermission: "--allow-net" },
    };
  }
}
