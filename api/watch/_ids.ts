// Above what a server that counts its watches ever gives.
const FIRST = 1n << 40n;

/** The id that leaves the choice to the server. */
const ANY = 0n;
/** The id of a watch that could not be created. */
const NONE = -1n;

/** A creation that is not answered yet. */
interface Asked {
  /** Our name for the watch, which is its id if that was asked for. */
  readonly id: bigint;
  /** Whether its id was left to the server. */
  readonly any: boolean;
}

/** Why a watch was not created: etcd has said so, or something else. */
export type Refusal = "by etcd" | "by something else";

/**
 * The ids of the watches on a stream. They are ours, so that many watches can
 * be asked for at once. etcd's gRPC proxy gives ids of its own, and answers in
 * any order; kine refuses a watch that asks for an id. There, one watch is
 * asked for after the other, and its id is left to the server.
 */
export class WatchIds<Watcher extends object> {
  readonly #byId = new Map<bigint, Watcher>();
  readonly #idOf = new Map<Watcher, bigint>();
  /** By their ids, in the order asked. */
  readonly #creating = new Map<bigint, Asked>();
  #last = FIRST;
  /** The owner of the ids; that it is the server has to be confirmed. */
  #kind: "ours" | "perhaps the server's" | "the server's" = "ours";

  /** Whether the server uses our ids, as far as that is known. */
  get usesOurs(): boolean {
    return this.#kind !== "the server's";
  }

  /** Whether one watch is asked for after the other. */
  get inTurn(): boolean {
    return this.#kind !== "ours";
  }

  /**
   * The id to ask for; `undefined` if the watch was asked for, or another answer
   * has to come before.
   */
  next(watcher: Watcher): bigint | undefined {
    const any = this.inTurn;
    if (this.#idOf.has(watcher)) return undefined;
    if (any && this.#creating.size > 0) return undefined;
    const id = ++this.#last;
    this.#set(watcher, id);
    this.#creating.set(id, { id, any });
    return any ? ANY : id;
  }

  /** The watch with this id. */
  watcher(id: bigint): Watcher | undefined {
    return this.#byId.get(id);
  }

  /** Takes a watch off; returns the id it had. */
  take(watcher: Watcher): bigint | undefined {
    const id = this.#idOf.get(watcher);
    if (id === undefined) return undefined;
    this.#idOf.delete(watcher);
    this.#byId.delete(id);
    return id;
  }

  /**
   * The server has answered a creation with this id, or with -1 as it has
   * failed. Returns the watch, if it is still there:
   *
   * - `"unclear"` if several were asked for, and the id is none of ours;
   * - `"again"` if it may have failed for its id, and is to be asked for again.
   */
  created(
    answered: bigint,
    refusal?: Refusal,
  ): Watcher | "unclear" | "again" | undefined {
    // Creations are answered in order, failed ones too.
    const asked = answered === NONE
      ? this.#firstAsked
      : this.#creating.get(answered);
    if (asked === undefined) {
      return answered === NONE ? undefined : this.#named(answered);
    }
    this.#creating.delete(asked.id);
    const watcher = this.#byId.get(asked.id);
    if (answered === NONE && refusal === "by something else" && !asked.any) {
      this.#kind = "perhaps the server's";
      if (watcher !== undefined) this.take(watcher);
      return "again";
    }
    // The server has used an id of ours, or that was not why it was refused.
    if (this.usesOurs) this.#kind = "ours";
    return watcher;
  }

  /** The stream has ended. */
  clear(): void {
    this.#byId.clear();
    this.#idOf.clear();
    this.#creating.clear();
    if (this.usesOurs) this.#kind = "ours";
  }

  get #firstAsked(): Asked | undefined {
    return this.#creating.values().next().value;
  }

  /** The server has given one an id of its own. */
  #named(id: bigint): Watcher | "unclear" | undefined {
    this.#kind = "the server's";
    if (this.#creating.size > 1) return "unclear";
    const asked = this.#firstAsked;
    this.#creating.clear();
    const watcher = asked && this.#byId.get(asked.id);
    if (watcher !== undefined) {
      this.take(watcher);
      this.#set(watcher, id);
    }
    return watcher;
  }

  #set(watcher: Watcher, id: bigint): void {
    this.#byId.set(id, watcher);
    this.#idOf.set(watcher, id);
  }
}
