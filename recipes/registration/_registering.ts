import {
  type Clock,
  onAbort,
  withDeadline,
  type WorkContext,
} from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { Keyspace, KeyValue, Lease } from "../../mod.ts";
import { type Codec, encodeWith } from "../codec/mod.ts";
import {
  ATTEMPT_MS,
  Backoff,
  isLoss,
  isWorthRepeating,
  untilChanged,
} from "../steps/mod.ts";
import { claimKey } from "./_claim.ts";
import { missingError, takenError } from "./_errors.ts";
import { OwnLeases } from "./_leases.ts";
import { Status, type StatusOptions } from "./_status.ts";
import type { ConflictPolicy } from "./types.ts";

/** The settings of a registration, all checked. */
export interface RegisterSettings<T> extends StatusOptions {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  readonly codec: Codec<T>;
  readonly ttlSeconds: number;
  readonly onConflict: ConflictPolicy;
  readonly signal: AbortSignal | undefined;
  readonly clock: Pick<Clock, "now">;
}

/** The value to put, and its number: each new one has a higher one. */
interface Wanted {
  readonly bytes: Uint8Array;
  readonly version: number;
}

/** Ends a registration that is closed: no error. */
const CLOSED = Symbol("closed");
/** One who deletes the key sooner than that is not answered at once. */
const CALM_MS = 10_000;

/** Puts a key and keeps it there until it is closed. */
export class Registering<T> {
  readonly #settings: RegisterSettings<T>;
  readonly #status: Status;
  readonly #end = new AbortController();
  readonly #leases = new OwnLeases();
  readonly #puts = new Backoff();
  #putAt = -Infinity;
  #wanted: Wanted;
  /** The version of the value that is in etcd. */
  #confirmed = 0;
  /** Ends the wait for changes, as there is something to do. */
  #wake = new AbortController();
  readonly #running: Promise<void>;

  constructor(settings: RegisterSettings<T>, value: T) {
    this.#settings = settings;
    this.#status = new Status(settings);
    this.#wanted = { bytes: this.#encode(value), version: 1 };
    this.#running = this.#run();
    // Told by the state, and to whoever closes it.
    this.#running.catch(() => {});
  }

  get status(): Status {
    return this.#status;
  }

  /** Changes the value; resolves when it is in etcd. */
  async change(value: T, signal: AbortSignal): Promise<void> {
    const { version } = this.#wanted = {
      bytes: this.#encode(value),
      version: this.#wanted.version + 1,
    };
    this.#wake.abort();
    await this.#status.until(() => this.#confirmed >= version, signal);
  }

  /** Takes the key away. Idempotent. */
  async close(): Promise<void> {
    this.#end.abort(CLOSED);
    await this.#running;
  }

  #encode(value: T): Uint8Array {
    return encodeWith(this.#settings.codec, this.#settings.key, value);
  }

  async #run(): Promise<void> {
    const { signal } = this.#settings;
    const unlink = onAbort(signal, (reason) => this.#end.abort(reason));
    let ended: unknown;
    try {
      await this.#keep();
    } catch (error) {
      ended = error;
    }
    unlink();
    try {
      await this.#leases.revokeAll();
    } finally {
      const reason = ended === CLOSED ? undefined : ended;
      this.#status.become({ kind: "closed", reason });
    }
  }

  /** Registers under one lease after the other; ends by an error. */
  async #keep(): Promise<never> {
    const { ks, ttlSeconds } = this.#settings;
    const { signal } = this.#end;
    const backoff = new Backoff();
    for (;;) {
      try {
        signal.throwIfAborted();
        const timeoutMs = ATTEMPT_MS;
        const { lease } = await ks.session({ ttlSeconds, signal, timeoutMs });
        this.#leases.add(lease);
        await this.#keepUnder(lease, () => backoff.reset());
      } catch (error) {
        signal.throwIfAborted();
        if (!this.#survives(error)) throw error;
        const reason = EtcdError.from(error);
        this.#status.become({ kind: "registering", reason });
      }
      await backoff.pause(signal);
    }
  }

  /** Whether the registration goes on in spite of an error. */
  #survives(error: unknown): boolean {
    const { code } = EtcdError.from(error);
    if (code === "client_closed" || code === "already_exists") return false;
    return this.#status.epoch > 0 || isLoss(error) || isWorthRepeating(error);
  }

  /** Keeps the key there as long as the lease lasts. */
  #keepUnder(lease: Lease, onSeen: () => void): Promise<never> {
    return withDeadline({
      signal: this.#end.signal,
      owner: lease.signal,
      timeoutMs: Infinity,
      action: () => `register ${this.#settings.shown}`,
    }, async (context) => {
      for (;;) {
        const wake = this.#wake = new AbortController();
        const readAt = await this.#check(lease, context);
        onSeen();
        await this.#untilChanged(readAt, { wake, signal: context.signal });
      }
    });
  }

  /** Looks for the key, and puts it where it may; gives the revision of that. */
  async #check(lease: Lease, context: WorkContext): Promise<bigint> {
    const { ks, key, onConflict } = this.#settings;
    const { bytes: value, version } = this.#wanted;
    const claimed = await claimKey(ks, {
      key,
      value,
      lease: lease.id,
      takesOver: onConflict === "takeOver",
      isOwn: (id) => this.#leases.has(id),
      onMissing: (found) => this.#beforePut(found, context),
    }, context);
    // What was in doubt has been seen.
    context.maybeCommitted = false;
    const { signal } = context;
    signal.throwIfAborted();
    if (claimed.kind === "taken") {
      if (onConflict === "fail") throw takenError(this.#settings.shown);
      const { holder } = claimed;
      this.#status.become({ kind: "waiting", holder });
    } else {
      this.#confirmed = version;
      this.#status.stands();
      await this.#leases.revokeLost({ except: lease, signal });
    }
    return claimed.revision;
  }

  /** Tells that the key is missing; waits if it was put only just now. */
  async #beforePut(
    found: KeyValue | undefined,
    { signal }: WorkContext,
  ): Promise<void> {
    const { shown, clock } = this.#settings;
    this.#status.isMissing(() => missingError(shown, found));
    if (clock.now() - this.#putAt > CALM_MS) this.#puts.reset();
    else await this.#puts.pause(signal);
    this.#putAt = clock.now();
  }

  async #untilChanged(
    readAt: bigint,
    { wake, signal }: {
      readonly wake: AbortController;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    const { ks, key } = this.#settings;
    const unlink = onAbort(signal, (reason) => wake.abort(reason));
    try {
      await untilChanged(ks, key, { readAt, signal: wake.signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!wake.signal.aborted) throw error;
    } finally {
      unlink();
    }
  }
}
