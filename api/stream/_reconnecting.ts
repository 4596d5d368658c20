import type { Clock } from "../../balancers/transport/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type { Method } from "../../proto/method.ts";
import { isFinal } from "./_ended_stream.ts";
import type { StreamLimit } from "./_limit.ts";
import type { OpenStream, StreamSettings } from "./_open_stream.ts";
import type { Opener } from "./_opener.ts";
import { ReopeningDelay } from "./_reopening_delay.ts";

/** The state of a reconnecting stream; each one knows how it is ended. */
type State<Request> =
  /** No stream is wanted. */
  | { readonly kind: "idle" }
  /**
   * A stream is being opened. With a `limit` it waits for one of the streams
   * that the endpoint allows, else for a connection.
   */
  | {
    readonly kind: "opening";
    readonly limit: StreamLimit | undefined;
    readonly end: () => void;
  }
  /** A stream has ended, and the next one is opened after a while. */
  | { readonly kind: "waiting"; readonly end: () => void }
  /** There is a stream. */
  | {
    readonly kind: "open";
    readonly stream: OpenStream<Request>;
    readonly end: () => void;
  };

/** The owner of a reconnecting stream, told of what happens to it. */
export interface ReconnectingListener<Request, Response> {
  /** A stream is open, on which nothing was sent yet. */
  onOpen(stream: OpenStream<Request>): void;
  /** A message has arrived. */
  onMessage(message: Response): void;
  /** The stream has ended, and the next one is opened unless stopped now. */
  onEnd(error: EtcdError): void;
  /** No stream is to be had: it has stopped. */
  onFailed(error: unknown): void;
  /** The stream waits for one of so many, or does not any more. */
  onWait?(limit: StreamLimit | undefined): void;
}

/** Settings of a reconnecting stream: each of its streams is opened so. */
export interface ReconnectingSettings<Request, Response>
  extends Pick<StreamSettings, "action" | "requireLeader"> {
  /** Opens the streams. */
  readonly opener: Opener;
  /** Time and randomness. */
  readonly clock: Clock;
  /** The owner. */
  readonly listener: ReconnectingListener<Request, Response>;
  /** Whether no stream is to be opened after this end. @default {isFinal} */
  readonly isFinal?: (error: EtcdError) => boolean;
}

/**
 * A stream and its successors: whenever one ends, for whatever reason, the next
 * one is opened, at another endpoint if there is one, until it is stopped.
 */
export class ReconnectingStream<Request, Response> {
  readonly #method: Method<Request, Response>;
  readonly #settings: ReconnectingSettings<Request, Response>;
  readonly #isFinal: (error: EtcdError) => boolean;
  readonly #delay: ReopeningDelay;
  #state: State<Request> = { kind: "idle" };
  /** The endpoint of the newest stream. */
  #endpoint: string | undefined;

  constructor(
    method: Method<Request, Response>,
    settings: ReconnectingSettings<Request, Response>,
  ) {
    this.#method = method;
    this.#settings = settings;
    this.#isFinal = settings.isFinal ?? isFinal;
    this.#delay = new ReopeningDelay(settings.clock);
  }

  /** The kind of state the stream is in. */
  get kind(): State<Request>["kind"] {
    return this.#state.kind;
  }

  /** The stream, while there is one. */
  get current(): OpenStream<Request> | undefined {
    return this.#state.kind === "open" ? this.#state.stream : undefined;
  }

  /** The limit it waits at, while the endpoint allows no more streams. */
  get limit(): StreamLimit | undefined {
    return this.#state.kind === "opening" ? this.#state.limit : undefined;
  }

  /** A stream is wanted from now on. Idempotent. */
  start(): void {
    if (this.#state.kind === "idle") this.#open();
  }

  /** No stream is wanted any more, and nothing is told. Idempotent. */
  stop(): void {
    const state = this.#state;
    this.#state = { kind: "idle" };
    this.#delay.reset();
    if (state.kind !== "idle") state.end();
  }

  /** Gives the stream up, if there is one, as if it had ended so. */
  abandon(error: EtcdError): void {
    if (this.#state.kind !== "open") return;
    this.#state.stream.cancel(error);
    this.#ended(error);
  }

  async #open(): Promise<void> {
    const opening = new AbortController();
    const { signal } = opening;
    const end = () => opening.abort();
    this.#state = { kind: "opening", limit: undefined, end };
    const { opener, action, requireLeader, listener } = this.#settings;
    try {
      const stream = await opener.open(this.#method, {
        action,
        requireLeader,
        signal,
        avoid: this.#endpoint,
        onRemoval: "move",
        onWait: (limit) => {
          if (signal.aborted) return;
          this.#state = { kind: "opening", limit, end };
          listener.onWait?.(limit);
        },
      }, {
        onMessage: (message) => listener.onMessage(message),
        onEnd: (error) => {
          if (signal.aborted) return;
          // It may have ended before it is known here.
          opening.abort();
          this.#ended(error);
        },
      });
      // Stopped meanwhile, or ended.
      if (signal.aborted) return stream.cancel();
      this.#opened(stream);
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  #opened(stream: OpenStream<Request>): void {
    this.#state = { kind: "open", stream, end: () => stream.cancel() };
    this.#endpoint = stream.endpoint;
    this.#delay.opened();
    this.#settings.listener.onOpen(stream);
  }

  #ended(error: EtcdError): void {
    this.#state = { kind: "idle" };
    if (this.#isFinal(error)) return this.#failed(error);
    const { clock, listener } = this.#settings;
    // The wait keeps the process alive.
    const end = clock.hold(this.#delay.nextMs(), () => this.#open());
    // Before its owner is told, who may stop it.
    this.#state = { kind: "waiting", end };
    listener.onEnd(error);
  }

  #failed(error: unknown): void {
    this.stop();
    this.#settings.listener.onFailed(error);
  }
}
