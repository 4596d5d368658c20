import {
  type CallStatus,
  rethrow,
  type RunningStream,
  type StreamOptions,
} from "../../transport/mod.ts";
import { PREFIX_BYTES } from "../grpc/mod.ts";
import { HeldMessages } from "./_held_messages.ts";
import { Stream, type StreamHost } from "../streams/mod.ts";

/**
 * A stream of messages both ways. Those of the server are told of when they are
 * asked for; what waits counts for the window, so that the server stops.
 */
export class MessageStream extends Stream implements RunningStream {
  readonly #options: StreamOptions;
  readonly #waiting = new HeldMessages();
  #heldBytes = 0;
  #wanted = 0;
  #giving: "no" | "soon" = "no";
  /** The end of the stream; told behind the messages that wait. */
  #end: CallStatus | undefined;

  constructor(host: StreamHost, options: StreamOptions) {
    super(host, options.timeoutMs);
    this.#options = options;
  }

  onMessage(message: Uint8Array): boolean {
    if (this.#wanted > 0 && this.#waiting.size === 0) {
      this.#deliver(message);
    } else {
      this.#waiting.push(message);
      this.#heldBytes += PREFIX_BYTES + message.length;
    }
    return this.state !== "closed";
  }

  send(message: Uint8Array): void {
    if (this.#mayWrite()) this.host.send(this, message);
  }

  halfClose(): void {
    if (this.#mayWrite()) this.host.halfClose(this);
  }

  read(): void {
    this.#wanted++;
    if (this.#giving === "soon") return;
    // The rest of what has begun to come may come now.
    if (this.#waiting.size === 0) return this.giveBack();
    this.#giving = "soon";
    queueMicrotask(() => this.#give());
  }

  protected get heldBytes(): number {
    return this.#wanted > 0
      ? this.#heldBytes
      : this.#heldBytes + this.begunBytes;
  }

  /**
   * An end that the server gave comes behind its messages, though the
   * connection may be gone by then. What ends in another way ends now.
   */
  protected tell(status: CallStatus): void {
    if (status.reach !== "answered") {
      this.#waiting.clear();
      this.#heldBytes = 0;
    }
    // Whoever opened it takes it for begun, as it does not wait for its turn.
    this.#end = status.reach === "unsent"
      ? { ...status, reach: "unanswered" }
      : status;
    if (this.#waiting.size > 0) this.host.linger(this);
    else this.#tellEnd();
  }

  /** Gives up what waits to be read, if it has ended but for that. */
  protected override drop(status: CallStatus): void {
    if (this.#end !== undefined && this.#waiting.size > 0) this.tell(status);
  }

  /** Not once it was half-closed, though the windows may hold that back. */
  #mayWrite(): boolean {
    return this.state === "open" && this.unsent?.ending !== true;
  }

  #give(): void {
    this.#giving = "no";
    while (this.#wanted > 0) {
      const message = this.#waiting.shift();
      if (message === undefined) break;
      this.#heldBytes -= PREFIX_BYTES + message.length;
      this.#deliver(message);
    }
    this.giveBack();
    this.#tellEnd();
  }

  #deliver(message: Uint8Array): void {
    this.#wanted--;
    try {
      this.#options.onMessage(message);
    } catch (error) {
      rethrow(error);
    }
  }

  #tellEnd(): void {
    const status = this.#end;
    if (status === undefined || this.#waiting.size > 0) return;
    this.#end = undefined;
    this.host.told(this);
    try {
      this.#options.onEnd(status);
    } catch (error) {
      rethrow(error);
    }
  }
}
