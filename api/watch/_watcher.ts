import { onAbort } from "../../balancers/transport/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type {
  ResponseHeader as WireHeader,
  WatchCreateRequestInit,
  WatchResponse,
} from "../../proto/gen/messages.ts";
import type { Relist } from "./_relist.ts";
import { WatchBuffer } from "./_buffer.ts";
import { createTemplate } from "./_codec.ts";
import { Delivery } from "./_delivery.ts";
import {
  compactedError,
  historyLostError,
  overflowError,
  watchClosedError,
} from "./_errors.ts";
import type { WatcherParts, WatchHost } from "./_host.ts";
import type { ResolvedWatchOptions } from "./_options.ts";
import { WatchIntake } from "./_intake.ts";
import { WatchPosition } from "./_position.ts";
import type { StreamLimit } from "../stream/mod.ts";
import { waitingState } from "./_waiting.ts";
import {
  type EtcdRange,
  type ResponseHeader,
  toHeader,
} from "../values/mod.ts";
import type { Watch, WatchBatch, WatchEvent, WatchState } from "./types.ts";

/** A watch: its cursor, its fragments, its buffer, its consumer. */
export class Watcher implements Watch {
  readonly ready: Promise<ResponseHeader>;
  /** The part of its create request that is the same on every stream. */
  readonly template: WatchCreateRequestInit;
  /** The revisions it has received, and those that come next. */
  readonly position: WatchPosition;
  readonly #host: WatchHost<Watcher>;
  readonly #options: ResolvedWatchOptions;
  readonly #relist: Relist | undefined;
  readonly #created = Promise.withResolvers<ResponseHeader>();
  readonly #delivery: Delivery;
  readonly #intake: WatchIntake;
  readonly #unlink: () => void = () => {};
  #state: WatchState = { kind: "connecting" };
  #relisting = false;

  constructor(
    range: EtcdRange,
    options: ResolvedWatchOptions,
    { host, relist }: WatcherParts<Watcher>,
  ) {
    this.#options = options;
    this.#host = host;
    this.#relist = relist;
    const { startRevision } = options;
    this.template = createTemplate(range, options);
    const position = this.position = new WatchPosition(startRevision);
    this.#intake = new WatchIntake({ position, relist, options });
    const buffer = new WatchBuffer(options.buffer);
    this.#delivery = new Delivery(buffer, startRevision);
    this.ready = this.#created.promise;
    // A caller that does not wait for it learns of a failure by iterating.
    this.ready.catch(() => {});
    const drop = (reason: unknown) => this.#end(reason, "drop");
    this.#unlink = onAbort(options.signal, drop);
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
    return (this.position.next || 1n) - 1n;
  }

  /** The start that its next create request asks for. */
  get startRevision(): bigint | undefined {
    return this.position.startRevision;
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchBatch> {
    return {
      next: () => {
        const result = this.#delivery.next();
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
    // Not `yield*`: it would make some promises more for each event.
    for await (const { events } of this) {
      for (const event of events) yield event;
    }
  }

  requestProgress(): Promise<bigint> {
    // The caller may be the consumer that is behind.
    if (this.#state.kind === "paused") return Promise.resolve(this.received);
    return this.#state.kind === "closed"
      ? Promise.reject(this.#state.reason ?? watchClosedError())
      : this.#host.requestProgress(this);
  }

  close(): Promise<void> {
    this.#end(undefined, "drop");
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Takes note that the server has created the watch, on this endpoint. */
  created(endpoint: string, wire: WireHeader | null | undefined): void {
    const header = toHeader(wire);
    const start = this.position.created(header.revision);
    if (start !== undefined) this.#delivery.startAt(start);
    this.#created.resolve(header);
    if (this.#state.kind !== "live") this.#setState({ kind: "live", endpoint });
  }

  /** Takes a message for the watch: events, a fragment of them, or progress. */
  receive(wire: WatchResponse): void {
    const batch = this.#intake.take(wire);
    if (batch !== undefined) this.#deliver(batch);
  }

  /** Takes note that its stream waits at a limit, or does not any more. */
  waits(limit: StreamLimit | undefined): void {
    const state = waitingState(this.#state, limit);
    if (state !== undefined) this.#setState(state);
  }

  /** Takes note that its stream has ended, and will be opened again. */
  disconnected(reason: EtcdError): void {
    this.#intake.clear();
    const { onLeaderLoss } = this.#options;
    if (onLeaderLoss === "end" && reason.code === "no_leader") {
      return this.fail(reason);
    }
    const { kind } = this.#state;
    if (kind === "reconnecting" || kind === "closed") return;
    this.#setState({ kind: "reconnecting", reason });
  }

  /** Takes note that its next revision has been compacted away. */
  compacted(compactRevision: bigint, endpoint: string): void {
    this.#intake.clear();
    if (this.position.survives(compactRevision)) return this.#host.add(this);
    const missing = { next: this.position.next, compactRevision };
    this.#interrupt(compactedError(missing, endpoint));
  }

  /** Takes note that the store has this revision, and no newer one. */
  historyLost(currentRevision: bigint): void {
    const { newestRevision: receivedRevision } = this.position;
    if (receivedRevision <= currentRevision) return;
    const revisions = { receivedRevision, currentRevision };
    this.#interrupt(historyLostError("watch any longer", revisions));
  }

  /** Ends the watch: the buffer is still delivered, then this is thrown. */
  fail(reason: unknown): void {
    this.#end(reason, "keep");
  }

  async #seed(relist: Relist): Promise<void> {
    try {
      const { start, read } = await relist.seed(this.#options.startRevision);
      if (this.#state.kind === "closed") return;
      this.position.startAt(start, read);
      this.#delivery.startAt(start);
      this.#host.add(this);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The next events cannot be had: ends the watch, or relists and goes on. */
  #interrupt(error: EtcdError): void {
    if (this.#relist === undefined) return this.fail(error);
    if (this.#state.kind === "closed" || this.#relisting) return;
    this.#relisting = true;
    this.#host.pause(this);
    this.disconnected(error);
    this.#readAgain(this.#relist);
  }

  async #readAgain(relist: Relist): Promise<void> {
    try {
      const batch = await relist.difference(this.position.next);
      this.#relisting = false;
      if (this.#state.kind === "closed") return;
      const wanted = this.#intake.relisted(batch);
      if (wanted !== undefined) this.#deliver(wanted);
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
    this.#unlink();
    this.#intake.clear();
    this.#relist?.close();
    const error = reason ?? watchClosedError();
    this.#host.remove(this, error);
    this.#created.reject(error);
    this.#delivery.end(reason, buffered);
    this.#setState({ kind: "closed", reason });
  }

  #setState(state: WatchState): void {
    this.#state = state;
    this.#options.onStateChange(state);
  }
}
