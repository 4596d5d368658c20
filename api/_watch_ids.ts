import type { Watcher } from "./_watcher.ts";

// Above what a server that counts its watches ever gives.
const FIRST = 1n << 40n;

/**
 * The ids of the watches on a stream. They are ours, so that many watches can
 * be asked for at once. etcd's gRPC proxy gives ids of its own, and answers in
 * any order: there, one watch is asked for after the other.
 */
export class WatchIds {
  readonly #byId = new Map<bigint, Watcher>();
  readonly #idOf = new Map<Watcher, bigint>();
  /** The ids whose creation is not answered yet, in the order asked. */
  #creating: bigint[] = [];
  #last = FIRST;
  #heeded = true;

  /** Whether the server heeds them. */
  get heeded(): boolean {
    return this.#heeded;
  }

  /** The id to ask for; nothing if another answer has to come before. */
  next(watcher: Watcher): bigint | undefined {
    if (!this.#heeded && this.#creating.length > 0) return undefined;
    const id = ++this.#last;
    this.#set(watcher, id);
    this.#creating.push(id);
    return id;
  }

  /** Whose id it is. */
  watcher(id: bigint): Watcher | undefined {
    return this.#byId.get(id);
  }

  /** Whether it was asked for, or has its turn behind others. */
  asked(watcher: Watcher): boolean {
    return this.#idOf.has(watcher);
  }

  /** Takes a watch off; gives the id it had. */
  take(watcher: Watcher): bigint | undefined {
    const id = this.#idOf.get(watcher);
    if (id === undefined) return undefined;
    this.#idOf.delete(watcher);
    this.#byId.delete(id);
    return id;
  }

  /**
   * A creation is answered with this id, or with -1 if it has failed: whose it
   * is, if that one is still there. It cannot be told if the id is none of
   * ours, and several were asked for.
   */
  created(answered: bigint): Watcher | "unclear" | undefined {
    // They are answered in order, those that fail as well.
    const at = answered === -1n ? 0 : this.#creating.indexOf(answered);
    if (at >= 0) {
      const [id] = this.#creating.splice(at, 1);
      return id === undefined ? undefined : this.#byId.get(id);
    }
    this.#heeded = false;
    if (this.#creating.length > 1) return "unclear";
    const watcher = this.#byId.get(this.#creating.pop() ?? answered);
    if (watcher !== undefined) {
      this.take(watcher);
      this.#set(watcher, answered);
    }
    return watcher;
  }

  /** The stream has ended. */
  clear(): void {
    this.#byId.clear();
    this.#idOf.clear();
    this.#creating = [];
  }

  #set(watcher: Watcher, id: bigint): void {
    this.#byId.set(id, watcher);
    this.#idOf.set(watcher, id);
  }
}
