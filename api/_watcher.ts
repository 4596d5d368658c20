import { CanceledError, CompactedError } from "../errors/specific_errors.ts";
import { EtcdError } from "../errors/etcd_error.ts";
import { GRPC_CODE } from "../errors/codes.ts";
import type {
  Event,
  ResponseHeader as WireHeader,
  WatchCreateRequestInit,
  WatchResponse,
} from "../proto/gen/messages.ts";
import { toBigInt } from "../proto/int64.ts";
import { Delivery } from "./_watch_delivery.ts";
import { WatchBuffer } from "./_watch_buffer.ts";
import { createTemplate, toWatchEvent } from "./_watch_codec.ts";
import type { ResolvedWatchOptions } from "./_watch_options.ts";
import { type ResponseHeader, toHeader } from "./key_value.ts";
import type {
  Watch,
  WatchBatch,
  WatchEvent,
  WatchState,
} from "./watch_types.ts";

/** What a watch needs of the stream it shares with others. */
export interface WatchHost {
  /** Puts the watch on the stream, at its cursor. */
  add(watcher: Watcher): void;
  /** Takes it off the stream. */
  remove(watcher: Watcher): void;
  /** Asks for the stream's progress. */
  requestProgress(): Promise<bigint>;
}

/** One watch: its cursor, its fragments, its buffer, its consumer. */
export class Watcher implements Watch {
  readonly ready: Promise<ResponseHeader>;
  /** What its create request says on every stream. */
  readonly template: WatchCreateRequestInit;
  readonly #host: WatchHost;
  readonly #options: ResolvedWatchOptions;
  readonly #created = Promise.withResolvers<ResponseHeader>();
  readonly #delivery: Delivery;
  #state: WatchState = { kind: "connecting" };
  /** The first revision not yet received whole. */
  #next: bigint | undefined;
  #fragments: Event[] = [];

  constructor(
    range: {
      readonly key: Uint8Array;
      readonly rangeEnd: Uint8Array | undefined;
    },
    options: ResolvedWatchOptions,
    host: WatchHost,
  ) {
    this.#options = options;
    this.#host = host;
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
    host.add(this);
  }

  get state(): WatchState {
    return this.#state;
  }

  get cursor(): bigint | undefined {
    return this.#delivery.cursor;
  }

  /** The revision the next stream has to start at. */
  get nextRevision(): bigint | undefined {
    return this.#next;
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
    return this.#host.requestProgress();
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
    // A start that the caller gave is never moved by this.
    if (this.#next === undefined) {
      this.#next = header.revision + 1n;
      this.#delivery.startAt(this.#next);
    }
    this.#created.resolve(header);
    this.#setState({ kind: "live", endpoint });
  }

  /** A message for it: events, a fragment of them, or progress. */
  receive(wire: WatchResponse): void {
    if (wire.fragment) {
      this.#fragments.push(...wire.events);
      return;
    }
    const parts = [...this.#fragments, ...wire.events];
    this.#fragments = [];
    const header = toHeader(wire.header);
    const next = this.#next ?? 0n;
    if (parts.length === 0) {
      if (header.revision < next) return;
      this.#next = header.revision + 1n;
      if (this.#options.progressNotify) {
        this.#deliver({ header, events: [], coalesced: false });
      }
      return;
    }
    const events = parts
      .filter(({ kv }) => kv && toBigInt(kv.modRevision) >= next)
      .map(toWatchEvent);
    const last = events.at(-1);
    if (last === undefined) return;
    this.#next = last.kv.modRevision + 1n;
    this.#deliver({ header, events, coalesced: false });
  }

  /** Its stream has ended and will be opened again. */
  disconnected(reason: EtcdError): void {
    this.#fragments = [];
    if (this.#state.kind === "reconnecting") return;
    this.#setState({ kind: "reconnecting", reason });
  }

  /** What it was to start at has been compacted away. */
  compacted(compactRevision: bigint, endpoint: string): void {
    this.fail(
      new CompactedError(
        `Cannot watch from revision ${this.#next}: compacted up to ${compactRevision} (compacted, from ${endpoint})`,
        {
          code: "compacted",
          grpcCode: GRPC_CODE.outOfRange,
          endpoint,
          method: "Watch.Watch",
          compactRevision,
        },
      ),
    );
  }

  /** It has ended; what is buffered is still delivered, then this thrown. */
  fail(reason: unknown): void {
    this.#end(reason, "keep");
  }

  readonly #onAbort = (): void => {
    this.#end(this.#options.signal?.reason, "drop");
  };

  #deliver(batch: WatchBatch): void {
    this.#delivery.push(batch);
    if (!this.#delivery.full) return;
    const { policy } = this.#options.buffer;
    if (policy === "error") {
      const { events, bytes } = this.#options.buffer;
      this.fail(
        new EtcdError(
          `Cannot watch on: the consumer is behind by ${events} events or ${bytes} bytes (watch_overflow)`,
          { code: "watch_overflow", method: "Watch.Watch" },
        ),
      );
      return;
    }
    if (policy === "coalesce") {
      this.#delivery.coalesce();
      if (!this.#delivery.full) return;
    }
    this.#host.remove(this);
    this.#setState({ kind: "paused" });
  }

  #end(reason: unknown, buffered: "keep" | "drop"): void {
    if (this.#state.kind === "closed") return;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#host.remove(this);
    this.#fragments = [];
    this.#created.reject(
      reason ?? new CanceledError(
        "Cannot wait for the watch to be created: it was closed",
        { code: "canceled", grpcCode: GRPC_CODE.canceled },
      ),
    );
    this.#delivery.end(reason, buffered);
    this.#setState({ kind: "closed", reason });
  }

  #setState(state: WatchState): void {
    this.#state = state;
    this.#options.onStateChange(state);
  }
}
