import type { EtcdError } from "../errors/etcd_error.ts";
import type {
  Event,
  ResponseHeader as WireHeader,
  WatchCreateRequestInit,
  WatchResponse,
} from "../proto/gen/messages.ts";
import type { Relist } from "./_relist.ts";
import { WatchBuffer } from "./_watch_buffer.ts";
import { createTemplate, eventsFrom } from "./_watch_codec.ts";
import { Delivery } from "./_watch_delivery.ts";
import { closedError, compactedError, overflowError } from "./_watch_errors.ts";
import type { WatcherParts, WatchHost } from "./_watch_host.ts";
import type { ResolvedWatchOptions } from "./_watch_options.ts";
import { since, WatchStart } from "./_watch_start.ts";
import { waitingState, type WaitingWatch } from "./_watch_waiting.ts";
import { type ResponseHeader, toHeader } from "./key_value.ts";
import type { EtcdRange } from "./keys.ts";
import type {
  Watch,
  WatchBatch,
  WatchEvent,
  WatchState,
} from "./watch_types.ts";

/** One watch: its cursor, its fragments, its buffer, its consumer. */
export class Watcher implements Watch {
  readonly ready: Promise<ResponseHeader>;
  /** What its create request says on every stream. */
  readonly template: WatchCreateRequestInit;
  readonly #host: WatchHost;
  readonly #options: ResolvedWatchOptions;
  readonly #relist: Relist | undefined;
  readonly #created = Promise.withResolvers<ResponseHeader>();
  readonly #delivery: Delivery;
  readonly #start = new WatchStart();
  #state: WatchState = { kind: "connecting" };
  /** The first revision not yet received whole. */
  #next: bigint | undefined;
  #fragments: Event[] = [];

  constructor(
    range: EtcdRange,
    options: ResolvedWatchOptions,
    { host, relist }: WatcherParts,
  ) {
    this.#options = options;
    this.#host = host;
    this.#relist = relist;
    this.template = createTemplate(range, options);
    this.#next = options.startRevision;
    this.#delivery = new Delivery(
      new WatchBuffer(options.buffer),
      options.startRevision,
    );
    this.ready = this.#created.promise;
    // Whoever does not wait for it learns of a failure by iterating.
    this.ready.catch(() => {});
    options.signal?.addEventListener("abort", this.#onAbort);
    if (relist === undefined) host.add(this);
    else this.#seed(relist);
  }

  get state(): WatchState {
    return this.#state;
  }

  get cursor(): bigint | undefined {
    return this.#delivery.cursor;
  }

  /** The revision up to which all events have come. */
  get received(): bigint {
    return (this.#next ?? 1n) - 1n;
  }

  /** What its next create request asks for. */
  get startRevision(): bigint | undefined {
    return this.#start.before(this.#next);
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchBatch> {
    return {
      next: async () => {
        const result = await this.#delivery.next();
        if (this.#state.kind === "paused" && this.#delivery.halfFree) {
          this.#setState({ kind: "connecting" });
          this.#host.add(this);
        }
        return result;
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  async *events(): AsyncGenerator<WatchEvent, void, undefined> {
    for await (const batch of this) yield* batch.events;
  }

  requestProgress(): Promise<bigint> {
    // Who waits for it may be the consumer that is behind.
    if (this.#state.kind === "paused") return Promise.resolve(this.received);
    return this.#state.kind === "closed"
      ? Promise.reject(this.#state.reason ?? closedError())
      : this.#host.requestProgress(this);
  }

  close(): Promise<void> {
    this.#end(undefined, "drop");
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The server has created it, on this endpoint. */
  created(endpoint: string, wire: WireHeader | null | undefined): void {
    const header = toHeader(wire);
    // A start that the caller gave is never moved by this. A proxy may not say.
    if (this.#next === undefined && header.revision > 0n) {
      this.#next = header.revision + 1n;
      this.#delivery.startAt(this.#next);
    }
    this.#created.resolve(header);
    if (this.#state.kind !== "live") this.#setState({ kind: "live", endpoint });
  }

  /** A message for it: events, a fragment of them, or progress. */
  receive(wire: WatchResponse): void {
    if (wire.fragment) return void this.#fragments.push(...wire.events);
    const parts = [...this.#fragments, ...wire.events];
    this.#fragments = [];
    const header = toHeader(wire.header);
    const next = this.#next ?? 0n;
    if (parts.length === 0) {
      // It says nothing to a start that lies ahead, or when a member is behind.
      if (header.revision + 1n < next) return;
      this.#next = header.revision + 1n;
      if (this.#options.progressNotify) {
        this.#deliver({ header, events: [], origin: "stream" });
      }
      return;
    }
    const events = eventsFrom(next, parts);
    const last = events.at(-1);
    if (last === undefined) return;
    this.#next = last.kv.modRevision + 1n;
    this.#relist?.note(events);
    const asked = since(this.#options.startRevision, events);
    if (asked.length === 0) return;
    this.#deliver({ header, events: asked, origin: "stream" });
  }

  /** Its stream waits for one of so many, or does not any more. */
  readonly waits: WaitingWatch["waits"] = (limit) => {
    const state = waitingState(this.#state, limit);
    if (state !== undefined) this.#setState(state);
  };

  /** Its stream has ended and will be opened again. */
  disconnected(reason: EtcdError): void {
    this.#fragments = [];
    const { kind } = this.#state;
    if (kind === "reconnecting" || kind === "closed") return;
    this.#setState({ kind: "reconnecting", reason });
  }

  /** What it was to start at has been compacted away. */
  compacted(compactRevision: bigint, endpoint: string): void {
    this.#fragments = [];
    if (this.#start.survives(compactRevision, this.#next)) {
      return this.#host.add(this);
    }
    const error = compactedError(this.#next, compactRevision, endpoint);
    if (this.#relist === undefined) return this.fail(error);
    this.#host.pause(this);
    this.disconnected(error);
    this.#readAgain(this.#relist);
  }

  /** It has ended; what is buffered is still delivered, then this thrown. */
  fail(reason: unknown): void {
    this.#end(reason, "keep");
  }

  readonly #onAbort = (): void => {
    this.#end(this.#options.signal?.reason, "drop");
  };

  async #seed(relist: Relist): Promise<void> {
    try {
      const start = await relist.seed(this.#next);
      if (this.#state.kind === "closed") return;
      this.#next = start;
      this.#delivery.startAt(start);
      this.#host.add(this);
    } catch (error) {
      this.fail(error);
    }
  }

  async #readAgain(relist: Relist): Promise<void> {
    try {
      const batch = await relist.difference(this.#next ?? 0n);
      if (this.#state.kind === "closed") return;
      this.#next = batch.header.revision + 1n;
      const events = since(this.#options.startRevision, batch.events);
      this.#deliver({ ...batch, events });
      if (this.#state.kind === "reconnecting") this.#host.add(this);
    } catch (error) {
      this.fail(error);
    }
  }

  #deliver(batch: WatchBatch): void {
    this.#delivery.push(batch);
    if (!this.#delivery.full) return;
    const { buffer } = this.#options;
    if (buffer.policy === "error") return this.fail(overflowError(buffer));
    if (buffer.policy === "coalesce") {
      this.#delivery.coalesce();
      if (!this.#delivery.full) return;
    }
    this.#host.pause(this);
    this.#setState({ kind: "paused" });
  }

  #end(reason: unknown, buffered: "keep" | "drop"): void {
    if (this.#state.kind === "closed") return;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#fragments = [];
    this.#relist?.close();
    const told = reason ?? closedError();
    this.#host.remove(this, told);
    this.#created.reject(told);
    this.#delivery.end(reason, buffered);
    this.#setState({ kind: "closed", reason });
  }

  #setState(state: WatchState): void {
    this.#state = state;
    this.#options.onStateChange(state);
  }
}
