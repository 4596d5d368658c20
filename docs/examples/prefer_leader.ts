/**
 * A balancer strategy of your own: calls go to the member that leads.
 *
 * In etcd every write, and every linearizable read, takes the way over the
 * leader; a call that is sent there at once saves one step between members, and
 * a follower that is cut off from the others is never asked. The price: one
 * member has all the work.
 *
 * ```ts ignore
 * import { Client } from "@etcdeno/client";
 * import preferLeader from "./prefer_leader.ts";
 *
 * await using client = new Client({
 *   endpoints: ["http://10.0.0.1:2379", "http://10.0.0.2:2379"],
 *   balancer: preferLeader,
 * });
 * ```
 *
 * A strategy is synchronous and does no I/O, so that it can be tested without
 * any, and so that it can never hold up a call. Who leads is therefore found
 * out beside it, by {@linkcode LeaderPoll}, and the strategy asks that for what
 * it knows. Put next to those of the client, under the same faults:
 *
 * ```sh
 * deno task compare --strategy docs/examples/prefer_leader.ts --only '#37'
 * ```
 *
 * @module
 */
import type {
  BalancerFactory,
  BalancerStrategy,
  ConnectionPolicy,
  PickInfo,
  PickResult,
  PoolView,
  RetryPolicy,
  StrategySnapshot,
} from "@etcdeno/client/balancers";

/** Knows who leads. */
export interface LeaderSource {
  /** The one of these endpoints that leads, as far as is known now. */
  leaderOf(endpoints: readonly string[]): string | undefined;
  /** Called once, when the client is closed. */
  close(): void;
}

/**
 * A connection to every endpoint; a call goes to the leader's, or else to the
 * next one that is ready. What has failed on the leader is repeated elsewhere.
 */
export class PreferLeader implements BalancerStrategy {
  readonly name = "prefer-leader";
  readonly retry: RetryPolicy = {
    maxAttempts: 10,
    waitMs: 25,
    jitter: 0.1,
    waitBefore: "quorum",
    repeatOn: ["unavailable"],
    repeatOnLearner: true,
  };
  readonly connection: ConnectionPolicy = { pings: { minTimeMs: 5_000 } };
  readonly #source: LeaderSource;
  #pool!: PoolView;
  #next = 0;

  /** The source is asked at each pick, so its answer must be at hand. */
  constructor(source: LeaderSource) {
    this.#source = source;
  }

  start(pool: PoolView): void {
    this.#pool = pool;
    this.onState();
  }

  onEndpoints(): void {
    this.onState();
  }

  onState(): void {
    for (const connection of this.#pool.connections) connection.connect();
    // So that the source knows of new endpoints before the next call.
    this.#leader();
  }

  pick({ tried }: PickInfo): PickResult {
    const ready = this.#pool.connections
      .filter(({ state }) => state === "ready");
    const untried = ready.filter((connection) => !tried.includes(connection));
    const choice = untried.length > 0 ? untried : ready;
    const leader = this.#leader();
    const connection = choice.find(({ endpoint }) => endpoint === leader) ??
      choice[this.#next++ % choice.length];
    return connection ? { action: "use", connection } : { action: "wait" };
  }

  snapshot(): StrategySnapshot {
    return { pin: this.#leader(), avoided: [] };
  }

  close(): void {
    this.#source.close();
  }

  #leader(): string | undefined {
    return this.#source.leaderOf(
      this.#pool.connections.map(({ endpoint }) => endpoint),
    );
  }
}

/** The pace of a {@linkcode LeaderPoll}. */
export interface LeaderPollOptions {
  /** The time between two rounds, in milliseconds. @default {500} */
  readonly intervalMs?: number;
  /** The time a member has to answer, in milliseconds. @default {500} */
  readonly timeoutMs?: number;
}

/**
 * Asks every member again and again whether it leads, over etcd's HTTP gateway:
 * `POST /v3/maintenance/status`. A member that does not answer does not lead;
 * of two that say they do, the one with the later term is right.
 */
export class LeaderPoll implements LeaderSource {
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  #endpoints: readonly string[] = [];
  #leader: string | undefined;
  #round = new AbortController();

  /** Nothing is asked before the first look. */
  constructor({ intervalMs = 500, timeoutMs = 500 }: LeaderPollOptions = {}) {
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
  }

  leaderOf(endpoints: readonly string[]): string | undefined {
    if (endpoints.join() !== this.#endpoints.join()) {
      this.#endpoints = endpoints;
      this.#round.abort();
      this.#round = new AbortController();
      this.#poll(this.#round.signal);
    }
    return this.#leader;
  }

  close(): void {
    this.#round.abort();
  }

  /** Asks all members, again and again, until the signal ends it. */
  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const terms = await Promise.all(
        this.#endpoints.map((endpoint) => this.#termAsLeader(endpoint, signal)),
      );
      if (signal.aborted) return;
      const latest = Math.max(...terms);
      this.#leader = latest > 0
        ? this.#endpoints[terms.indexOf(latest)]
        : undefined;
      await pause(this.#intervalMs, signal);
    }
  }

  /** The term in which a member leads; 0 if it does not, or is silent. */
  async #termAsLeader(endpoint: string, signal: AbortSignal): Promise<number> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), this.#timeoutMs);
    try {
      const response = await fetch(`${endpoint}/v3/maintenance/status`, {
        method: "POST",
        headers: { connection: "close" },
        body: "{}",
        signal: AbortSignal.any([signal, timeout.signal]),
      });
      const { header, leader, raftTerm } = await response.json();
      return leader && header.member_id === leader ? Number(raftTerm) : 0;
    } catch {
      // Whatever keeps it from answering would keep it from serving calls.
      return 0;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The factory, as the client's `balancer` option takes it. */
const preferLeader: BalancerFactory = () => new PreferLeader(new LeaderPoll());
export default preferLeader;

/**
 * The expectations by which `deno task compare` judges it, by the number of the
 * scenario. A first call may be under way before it is known who leads.
 */
export const expectations = {
  1: { failed: [0, 1], endsWell: true },
  4: { failed: [0, 1], endsWell: true },
  37: { failed: [0, 1], endsWell: true },
  38: { failed: [0, 1], endsWell: true },
  93: { connections: 3 },
} as const;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
