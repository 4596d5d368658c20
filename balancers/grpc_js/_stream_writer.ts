import type { Channel } from "@grpc/grpc-js";
import { asBuffer } from "./_call_status.ts";

type Call = ReturnType<Channel["createCall"]>;

/**
 * Writes messages to a call one after another: grpc-js holds a single message
 * while the call is being started, and a second one would take its place.
 */
export class StreamWriter {
  readonly #call: Call;
  readonly #queue: Uint8Array[] = [];
  #writing = false;
  #ending = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Writes a message after those before it. */
  send(message: Uint8Array): void {
    this.#queue.push(message);
    this.#next();
  }

  /** Tells the server that no more follow, after all messages. */
  halfClose(): void {
    this.#ending = true;
    this.#next();
  }

  #next(): void {
    if (this.#writing) return;
    const message = this.#queue.shift();
    if (message === undefined) {
      if (this.#ending) this.#call.halfClose();
      this.#ending = false;
      return;
    }
    this.#writing = true;
    // On an error the call ends by itself, and what is queued is dropped.
    const callback = (error?: Error | null) => {
      this.#writing = false;
      if (error) this.#queue.length = 0;
      else this.#next();
    };
    this.#call.sendMessageWithContext({ callback }, asBuffer(message));
  }
}
