import type { Channel } from "@grpc/grpc-js";
import { requestBuffer } from "./_request.ts";

type Call = ReturnType<Channel["createCall"]>;

/**
 * Writes messages to a call one after another: grpc-js holds a single message
 * while the call is being started, and a second one would take its place.
 */
export class StreamWriter {
  readonly #call: Call;
  #queue: (Uint8Array | "end")[] = [];
  /** The number of messages taken: `shift()` would move all the others. */
  #taken = 0;
  #writing = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Writes a message after those before it. */
  send(message: Uint8Array): void {
    this.#queue.push(message);
    this.#next();
  }

  /** Tells the server, after all messages, that no more follow. */
  halfClose(): void {
    this.#queue.push("end");
    this.#next();
  }

  #next(): void {
    if (this.#writing) return;
    const message = this.#queue[this.#taken];
    if (message === undefined) return;
    if (++this.#taken === this.#queue.length) this.#drop();
    if (message === "end") return this.#call.halfClose();
    this.#writing = true;
    // On an error the call ends by itself, and what is queued is dropped.
    const callback = (error?: Error | null) => {
      this.#writing = false;
      if (error) this.#drop();
      else this.#next();
    };
    this.#call.sendMessageWithContext({ callback }, requestBuffer(message));
  }

  #drop(): void {
    this.#queue = [];
    this.#taken = 0;
  }
}
