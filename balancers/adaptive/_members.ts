import type { PoolView } from "../strategy.ts";
import type { SubConnection } from "../sub_connection.ts";
import { Member, NEW, SUSPECT, UNPROVEN } from "./_member.ts";

/** A write's choice among the members. */
export interface WriteChoice {
  /** The connections that earlier attempts went to. */
  readonly tried: readonly SubConnection[];
  /** The time that a proof must not be older than. */
  readonly provenSinceMs: number;
  /** Called for one that was passed over, as its proof is older. */
  readonly onStale: (member: Member) => void;
}

/** The members, and the ring of those that calls go to, one after another. */
export class Members {
  readonly #pool: PoolView;
  readonly #byConnection = new Map<SubConnection, Member>();
  #all: readonly Member[] = [];
  #ring: readonly Member[] = [];
  #next = 0;
  #last: Member | undefined;

  constructor(pool: PoolView) {
    this.#pool = pool;
  }

  /** All of them, in the order of the endpoints. */
  get all(): readonly Member[] {
    return this.#all;
  }

  /** The members that calls go to. */
  get ring(): readonly Member[] {
    return this.#ring;
  }

  /** The calls and streams that run on all of them. */
  get inFlight(): number {
    let sum = 0;
    for (const { connection } of this.#all) sum += connection.inFlight;
    return sum;
  }

  /** The member behind a connection, unless it has left. */
  of(connection: SubConnection): Member | undefined {
    return this.#byConnection.get(connection);
  }

  /** Takes over the endpoints; returns those that have left. */
  sync(): readonly Member[] {
    const { connections } = this.#pool;
    const gone = this.#all.filter(({ connection }) =>
      !connections.includes(connection)
    );
    for (const { connection } of gone) this.#byConnection.delete(connection);
    for (const connection of connections) {
      if (this.#byConnection.has(connection)) continue;
      this.#byConnection.set(connection, new Member(connection));
    }
    this.#all = connections.flatMap((one) => this.of(one) ?? []);
    return gone;
  }

  /**
   * Makes the ring anew: of those that serve, as far as can be known; else of
   * the new ones; else of all that are connected.
   */
  arrange(): void {
    const ready = this.#all.filter(({ usable }) => usable);
    const serving = ready.filter((member) =>
      member.judged || member.trust === UNPROVEN
    );
    const fresh = ready.filter(({ trust }) => trust === NEW);
    const ring = [serving, fresh, ready].find(({ length }) => length > 0) ?? [];
    const same = ring.length === this.#ring.length &&
      ring.every((member, at) => member === this.#ring[at]);
    if (same) return;
    this.#ring = ring;
    this.#next = this.#start();
  }

  /**
   * The place in a new ring to go on from: behind the member of the last call,
   * so that few calls of a client whose members come to be trusted one by one
   * are spread as well.
   */
  #start(): number {
    const last = this.#last;
    // A drawn start, or the first stream of every client would land on the
    // first endpoint.
    if (last === undefined) {
      return Math.floor(this.#pool.random() * this.#ring.length);
    }
    const place = this.#all.indexOf(last);
    const next = this.#ring.findIndex((one) => this.#all.indexOf(one) > place);
    return Math.max(next, 0);
  }

  /**
   * The next one: rather one that is not suspect, and then rather one that
   * was not tried.
   */
  next(tried: readonly SubConnection[]): Member | undefined {
    let second: Member | undefined;
    let faults = Infinity;
    for (let tries = this.#ring.length; tries > 0; tries--) {
      const member = this.#turn();
      if (member?.connection.state !== "ready") continue;
      const found = faultsOf(member, tried);
      if (found === 0) return member;
      if (found >= faults) continue;
      second = member;
      faults = found;
    }
    return second;
  }

  /** The next one for a write: not suspect, and proven of late. */
  nextProven(choice: WriteChoice): Member | undefined {
    const { tried, provenSinceMs, onStale } = choice;
    let found: Member | undefined;
    let stale: Member | undefined;
    for (let tries = this.#ring.length; tries > 0; tries--) {
      const member = this.#turn();
      if (member?.connection.state !== "ready") continue;
      if (member.trust === SUSPECT) continue;
      if (!isProven(member, provenSinceMs)) stale ??= member;
      else {
        found ??= member;
        if (tried.includes(member.connection)) continue;
        found = member;
        break;
      }
    }
    if (found !== undefined && stale !== undefined) onStale(stale);
    return found;
  }

  /** Whether a call on a member could go to another one that is not suspect. */
  hasOther(member: Member): boolean {
    for (const other of this.#ring) {
      if (
        other !== member && other.trust !== SUSPECT &&
        other.connection.state === "ready"
      ) return true;
    }
    return false;
  }

  /** Forgets all. */
  clear(): void {
    this.#byConnection.clear();
    this.#all = [];
    this.#ring = [];
    this.#last = undefined;
  }

  #turn(): Member | undefined {
    const at = this.#next;
    this.#next = at + 1 < this.#ring.length ? at + 1 : 0;
    return this.#last = this.#ring[at];
  }
}

/** Whether a write may go to it: one that cannot be asked is not waited for. */
export function isProven(member: Member, sinceMs: number): boolean {
  return member.provenAtMs >= sinceMs || member.trust === UNPROVEN;
}

/** Counts what speaks against a member. */
function faultsOf(member: Member, tried: readonly SubConnection[]): number {
  const suspicion = member.trust === SUSPECT ? 2 : 0;
  return tried.length > 0 && tried.includes(member.connection)
    ? suspicion + 1
    : suspicion;
}
