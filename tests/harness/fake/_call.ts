import type { Buffer } from "node:buffer";
import type { ServerHttp2Stream } from "node:http2";
import {
  type FakeAnswer,
  type FakeCall,
  type FakeHandler,
  FakeStatus,
  type FakeStreamHandler,
} from "./answer.ts";
import { frame, unframe } from "./_grpc_frames.ts";

const UNIMPLEMENTED = 12;
const UNKNOWN = 2;

/** Carries out what a handler of a fake server decides for one call. */
export class FakeCallDriver {
  readonly #stream: ServerHttp2Stream;
  readonly #call: Omit<FakeCall, "request">;
  #closed = false;
  #status: Record<string, string> = { "grpc-status": "0" };

  constructor(stream: ServerHttp2Stream, call: Omit<FakeCall, "request">) {
    this.#stream = stream;
    this.#call = call;
    // A client that gives up resets the stream, which 'close' tells.
    stream.on("error", () => {});
    stream.on("close", () => this.#closed = true);
    stream.on("wantTrailers", () => stream.sendTrailers(this.#status));
  }

  /** Reads the request of a unary call and answers it. */
  async answer(handler: FakeHandler | undefined): Promise<void> {
    const request = await this.#firstMessage();
    if (request === undefined) return;
    if (handler === undefined) {
      const details = `unknown method ${this.#call.path}`;
      this.#end(new FakeStatus(UNIMPLEMENTED, details));
      return;
    }
    try {
      this.#carryOut(await handler({ ...this.#call, request }));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Gives a streaming call to its handler. */
  async serve(handler: FakeStreamHandler): Promise<void> {
    this.#respond();
    try {
      await handler({
        path: this.#call.path,
        headers: this.#call.headers,
        messages: this.#messages(),
        send: (message) => {
          if (!this.#closed) this.#stream.write(frame(message));
        },
        end: (status) => this.#end(status),
        reset: (http2Code) => this.#stream.close(http2Code),
      });
      this.#end();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends with a status that was thrown; any other error is the test's. */
  #fail(error: unknown): void {
    if (error instanceof FakeStatus) {
      this.#end(error);
      return;
    }
    this.#end(new FakeStatus(UNKNOWN, `the handler failed: ${error}`));
    throw error;
  }

  #carryOut(answer: FakeAnswer): void {
    if (this.#closed) return;
    if (answer instanceof Uint8Array) {
      this.#respond();
      this.#stream.end(frame(answer));
      return;
    }
    switch (answer.kind) {
      case "status":
        this.#end(answer);
        break;
      case "hang":
        break;
      case "reset":
        this.#stream.close(answer.http2Code);
        break;
      case "raw":
        this.#respond();
        this.#stream.end(answer.bytes);
        break;
      case "disconnect":
        this.#stream.session?.destroy();
        break;
    }
  }

  #end(status?: FakeStatus): void {
    if (this.#closed || this.#stream.writableEnded) return;
    if (status !== undefined) {
      this.#status = {
        ...status.metadata,
        "grpc-status": String(status.code),
        "grpc-message": percentEncode(status.details),
      };
    }
    this.#respond();
    this.#stream.end();
  }

  #respond(): void {
    // One may have been reset while its answer was made.
    if (this.#stream.headersSent || this.#stream.destroyed) return;
    this.#stream.respond({
      ":status": 200,
      "content-type": "application/grpc",
    }, { waitForTrailers: true });
  }

  async #firstMessage(): Promise<Uint8Array | undefined> {
    let first: Uint8Array | undefined;
    for await (const message of this.#messages()) first ??= message;
    return first;
  }

  /** The client's messages; ends, too, when the client resets the stream. */
  async *#messages(): AsyncGenerator<Uint8Array> {
    try {
      // A handler that stops reading must still be able to answer.
      const chunks = this.#stream.iterator({ destroyOnReturn: false });
      yield* unframe(chunks as AsyncIterable<Buffer>);
    } catch (error) {
      if (!this.#closed && !this.#stream.destroyed) throw error;
    }
  }
}

/** The encoding of `grpc-message`: what is not printable ASCII, and `%`. */
function percentEncode(text: string): string {
  return text.replaceAll(/[^\x20-\x24\x26-\x7e]+/gu, encodeURIComponent);
}
