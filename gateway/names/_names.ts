import dns from "node:dns/promises";
import { isIP } from "node:net";
import { type Clock, onAbort } from "../../balancers/transport/mod.ts";

/** Options of a look-up of names. */
export interface NamesOptions {
  readonly clock: Pick<Clock, "now" | "hold">;
  /** Gives the addresses of a name. @default {the system's look-up} */
  lookUp?(host: string): Promise<readonly string[]>;
}

/** A name that was looked up. */
interface Entry {
  addresses: readonly string[];
  /** Until then nobody asks again. */
  freshUntilMs: number;
  /** Until then the addresses are used if nobody answers. */
  holdsUntilMs: number;
  looking: Promise<readonly string[]> | undefined;
}

/** Nobody tells how long an answer holds; a change is to be seen soon. */
const FRESH_MS = 5_000;
/** The time an answer is used while there is no newer one. */
const HOLDS_MS = 300_000;
/** The number of names looked up at once: others need threads, too. */
const MOST_ASKING = 8;
/** The time a newer answer is waited for where there is an older one. */
const PATIENCE_MS = 200;

/**
 * Looks up names, one question for each at a time. The system's look-up cannot
 * be ended, and may take more than ten seconds of one of a few threads: asked
 * for each client, a name that nobody answers for holds up all others.
 */
export class Names {
  readonly #clock: NamesOptions["clock"];
  readonly #lookUp: NonNullable<NamesOptions["lookUp"]>;
  readonly #entries = new Map<string, Entry>();
  readonly #queue: (() => void)[] = [];
  #asking = 0;

  constructor(options: NamesOptions) {
    this.#clock = options.clock;
    this.#lookUp = options.lookUp ?? lookUpBySystem;
  }

  /** Whether there are addresses of a name without a look-up. */
  knows(host: string): boolean {
    return isIP(host) !== 0 || this.#held(host) !== undefined;
  }

  /**
   * The addresses of a name, or the address itself. A name that cannot be
   * looked up keeps those it had for a while.
   *
   * @throws {Error} If there are none.
   */
  async addresses(
    host: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    const held = this.#held(host);
    const fresh = this.#entries.get(host)?.freshUntilMs ?? -Infinity;
    if (held && this.#clock.now() < fresh) return held;
    const ended = Promise.withResolvers<never>();
    // Whoever waits for the look-up alone must not be left to it.
    ended.promise.catch(() => {});
    signal.throwIfAborted();
    const unlink = onAbort(signal, ended.reject);
    const late = Promise.withResolvers<readonly string[]>();
    const cancel = held &&
      this.#clock.hold(PATIENCE_MS, () => late.resolve(held));
    try {
      return await Promise.race([
        this.#look(host),
        late.promise,
        ended.promise,
      ]);
    } catch (error) {
      signal.throwIfAborted();
      if (held) return held;
      throw error;
    } finally {
      cancel?.();
      unlink();
    }
  }

  /** Says that no address of a name can be reached: they are asked for anew. */
  doubt(host: string): void {
    const entry = this.#entries.get(host);
    if (entry) entry.freshUntilMs = -Infinity;
  }

  #held(host: string): readonly string[] | undefined {
    const entry = this.#entries.get(host);
    if (!entry || this.#clock.now() >= entry.holdsUntilMs) return undefined;
    return entry.addresses;
  }

  #look(host: string): Promise<readonly string[]> {
    const entry = this.#entries.get(host) ?? {
      addresses: [],
      freshUntilMs: -Infinity,
      holdsUntilMs: -Infinity,
      looking: undefined,
    };
    this.#entries.set(host, entry);
    entry.looking ??= this.#ask(host, entry).finally(() =>
      entry.looking = undefined
    );
    return entry.looking;
  }

  async #ask(host: string, entry: Entry): Promise<readonly string[]> {
    if (this.#asking === MOST_ASKING) {
      const free = Promise.withResolvers<void>();
      this.#queue.push(free.resolve);
      await free.promise;
    } else this.#asking++;
    let addresses: readonly string[];
    try {
      addresses = await this.#lookUp(host);
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#asking--;
    }
    if (addresses.length === 0) throw new Error(`${host} has no address`);
    const nowMs = this.#clock.now();
    entry.addresses = addresses;
    entry.freshUntilMs = nowMs + FRESH_MS;
    entry.holdsUntilMs = nowMs + HOLDS_MS;
    return addresses;
  }
}

async function lookUpBySystem(host: string): Promise<readonly string[]> {
  const found = await dns.lookup(host, { all: true });
  return found.map(({ address }) => address);
}
