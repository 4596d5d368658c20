import type { EtcdRange, Key } from "../../api/values/mod.ts";
import { checkInt64, checkTimeoutMs } from "../../api/checks/mod.ts";
import { type Clock, onAbort, withDeadline } from "../../api/waiting/mod.ts";
import type { CodecError } from "../../errors/codec_error.ts";
import type { WatchBatch } from "../../mod.ts";
import { Decoder } from "./_decoder.ts";
import { viewClosedError } from "./_errors.ts";
import { Follower } from "./_follower.ts";
import { type Received, ViewMap } from "./_map.ts";
import type { Difference } from "./_reread.ts";
import {
  changesSettings,
  idWithin,
  type ViewSettings,
  WAIT,
} from "./_settings.ts";
import { Subscriber } from "./_subscriber.ts";
import { Waiters } from "./_waiters.ts";
import type {
  ChangesOptions,
  View,
  ViewChange,
  ViewEntry,
  ViewState,
  ViewUpdate,
  ViewWaitOptions,
} from "./types.ts";

/** The view: its map, and those who follow it. */
export class LiveView<T> implements View<T> {
  readonly #settings: ViewSettings<T>;
  readonly #clock: Clock;
  readonly #map = new ViewMap<T>();
  readonly #decoder: Decoder<T>;
  readonly #follower: Follower<T>;
  readonly #subscribers = new Set<Subscriber<T>>();
  readonly #waiters = new Waiters();
  readonly #ended = new AbortController();
  readonly #unlink: () => void = () => {};
  #revision = 0n;
  #state: ViewState = { kind: "connecting" };

  constructor(settings: ViewSettings<T>, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#decoder = new Decoder(settings.codec);
    this.#follower = new Follower(settings, {
      clock,
      map: this.#map,
      decoder: this.#decoder,
      signal: this.#ended.signal,
      host: {
        revision: () => this.#revision,
        take: (batch) => this.#takeBatch(batch),
        reread: (difference) => this.#takeDifference(difference, "reread"),
        reached: (revision) => this.#reach(revision),
        isAwaited: () => this.#waiters.any,
        setState: (state) => this.#setState(state),
        fail: (reason) => this.#end(reason, "keep"),
      },
    });
    this.#unlink = onAbort(settings.signal, (reason) => {
      this.#end(reason, "drop");
    });
  }

  /** Reads the range; from then on it is followed. */
  async start(): Promise<void> {
    try {
      const difference = await this.#follower.readFirst();
      this.#ended.signal.throwIfAborted();
      this.#checkFirst(difference.changes);
      this.#takeDifference(difference, "reread");
      this.#follower.follow();
    } catch (error) {
      this.#end(error, "drop");
      throw error;
    }
  }

  get size(): number {
    this.#throwIfEnded("read the view");
    return this.#map.size;
  }

  get revision(): bigint {
    return this.#revision;
  }

  get state(): ViewState {
    return this.#state;
  }

  get invalid(): readonly CodecError[] {
    this.#throwIfEnded("read the view");
    return this.#map.invalid;
  }

  get(key: Key): T | undefined {
    return this.#map.get(this.#id(key))?.value;
  }

  has(key: Key): boolean {
    return this.#map.get(this.#id(key)) !== undefined;
  }

  entry(key: Key): ViewEntry<T> | undefined {
    return this.#map.entry(this.#id(key));
  }

  [Symbol.iterator](): IterableIterator<ViewEntry<T>> {
    this.#throwIfEnded("read the view");
    return this.#map.entries();
  }

  changes(
    options: ChangesOptions = {},
  ): AsyncIterableIterator<ViewUpdate<T>, undefined> {
    const settings = changesSettings(options);
    settings.signal?.throwIfAborted();
    this.#throwIfEnded("follow the view's changes");
    const subscriber: Subscriber<T> = new Subscriber({
      ...settings,
      onEnd: () => this.#subscribers.delete(subscriber),
    });
    this.#subscribers.add(subscriber);
    return subscriber;
  }

  async waitFor(
    revision: bigint,
    options: ViewWaitOptions = {},
  ): Promise<void> {
    const timeoutMs = WAIT.take(options, () => {
      checkInt64("revision", revision);
      return checkTimeoutMs("timeoutMs", options.timeoutMs ?? false);
    });
    const { signal } = options;
    const action = () => `wait for revision ${revision} of the view`;
    signal?.throwIfAborted();
    this.#throwIfEnded(action());
    if (this.#revision >= revision) return;
    await withDeadline({
      signal,
      owner: this.#ended.signal,
      timeoutMs,
      action,
      clock: this.#clock,
    }, (context) => {
      const reached = this.#waiters.wait(revision, context.signal);
      this.#follower.askForProgress();
      return reached;
    });
  }

  async close(): Promise<void> {
    this.#end(undefined, "drop");
    await this.#follower.done;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #id(key: Key): string {
    this.#throwIfEnded("read the view");
    return idWithin(this.#range, key);
  }

  get #range(): EtcdRange {
    return this.#settings.range;
  }

  #checkFirst(received: readonly Received<T>[]): void {
    if (this.#settings.onInvalid !== undefined) return;
    for (const one of received) if (one.type === "invalid") throw one.error;
  }

  #takeBatch({ header, events }: WatchBatch): void {
    const last = events.at(-1);
    // Then it is known that there were none up to the header's revision.
    if (last === undefined) return this.#reach(header.revision);
    const revision = last.kv.modRevision;
    const told: ViewChange<T>[] = [];
    for (const event of events) this.#make(this.#decoder.event(event), told);
    this.#tell({ revision, changes: told, origin: "stream" });
  }

  #takeDifference(
    { revision, changes }: Difference<T>,
    origin: ViewUpdate<T>["origin"],
  ): void {
    const told: ViewChange<T>[] = [];
    for (const received of changes) this.#make(received, told);
    this.#tell({ revision, changes: told, origin });
  }

  #make(received: Received<T>, told: ViewChange<T>[]): void {
    if (this.#subscribers.size > 0) told.push(this.#map.changeOf(received));
    this.#map.apply(received);
    if (received.type === "invalid") this.#settings.onInvalid?.(received.error);
  }

  #tell(update: ViewUpdate<T>): void {
    this.#revision = update.revision;
    if (update.changes.length > 0) {
      for (const subscriber of this.#subscribers) subscriber.push(update);
    }
    if (this.#waiters.any) this.#waiters.reached(update.revision);
  }

  #reach(revision: bigint): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    this.#waiters.reached(revision);
  }

  #end(reason: unknown, kept: "keep" | "drop"): void {
    if (this.#ended.signal.aborted) return;
    this.#unlink();
    this.#ended.abort(reason ?? viewClosedError("wait for the view"));
    for (const subscriber of [...this.#subscribers]) {
      subscriber.end(reason, kept);
    }
    this.#setState({ kind: "closed", reason });
  }

  #throwIfEnded(action: string): void {
    if (this.#state.kind !== "closed") return;
    throw this.#state.reason ?? viewClosedError(action);
  }

  #setState(state: ViewState): void {
    if (this.#state.kind === "closed") return;
    this.#state = state;
    this.#settings.onStateChange(state);
  }
}
