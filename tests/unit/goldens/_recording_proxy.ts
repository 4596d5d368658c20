/** A gRPC proxy that keeps the messages of every call that passes. */

import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";

/** The messages of one call, as hexadecimal digits. */
export interface Recording {
  readonly path: string;
  readonly status: string;
  readonly requests: readonly string[];
  readonly replies: readonly string[];
}

const { HTTP2_HEADER_PATH, HTTP2_HEADER_METHOD, HTTP2_HEADER_SCHEME } =
  constants;

/** Stands before one server; both speak gRPC in the clear. */
export class RecordingProxy implements AsyncDisposable {
  readonly #server: Http2Server;
  readonly #upstream: ClientHttp2Session;
  #recordings: Recording[] = [];

  constructor(server: Http2Server, upstream: ClientHttp2Session) {
    this.#server = server;
    this.#upstream = upstream;
  }

  /** Starts listening on a free port of 127.0.0.1. */
  static async start(endpoint: string): Promise<RecordingProxy> {
    const upstream = connect(`http://${endpoint}`);
    const server = createServer();
    const proxy = new RecordingProxy(server, upstream);
    server.on(
      "stream",
      (stream, headers) => proxy.#pass(stream as ServerHttp2Stream, headers),
    );
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve())
    );
    return proxy;
  }

  /** Where it listens. */
  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `127.0.0.1:${port}`;
  }

  /** What was recorded since the last time. */
  take(): readonly Recording[] {
    const taken = this.#recordings;
    this.#recordings = [];
    return taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#upstream.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #pass(down: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = String(headers[HTTP2_HEADER_PATH]);
    const up = this.#upstream.request({
      ...withoutPseudo(headers),
      [HTTP2_HEADER_METHOD]: "POST",
      [HTTP2_HEADER_SCHEME]: "http",
      [HTTP2_HEADER_PATH]: path,
    });
    const sent: Uint8Array[] = [];
    const received: Uint8Array[] = [];
    let trailers: IncomingHttpHeaders = {};
    let status = "cut";
    down.on("data", (chunk: Uint8Array) => {
      sent.push(chunk);
      up.write(chunk);
    });
    down.on("end", () => up.end());
    // Every gRPC reply begins alike, and an error that came without a body may
    // as well come after an empty one.
    down.respond({ ":status": 200, "content-type": "application/grpc" }, {
      waitForTrailers: true,
    });
    down.on("wantTrailers", () => down.sendTrailers(trailers));
    const end = (headers: IncomingHttpHeaders) => {
      if (headers["grpc-status"] === undefined) return;
      status = String(headers["grpc-status"]);
      trailers = {
        "grpc-status": status,
        "grpc-message": headers["grpc-message"] ?? "",
      };
    };
    up.on("response", end);
    up.on("trailers", end);
    up.on("data", (chunk: Uint8Array) => {
      received.push(chunk);
      if (!down.destroyed) down.write(chunk);
    });
    up.on("end", () => down.end());
    down.on("close", () => up.destroy());
    // A cut call is recorded as such; the one who made it sees the error.
    down.on("error", () => up.destroy());
    up.on("error", () => down.destroy());
    up.on("close", () => {
      this.#recordings.push({
        path,
        status,
        requests: messagesOf(sent),
        replies: messagesOf(received),
      });
    });
  }
}

function withoutPseudo(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith(":")),
  );
}

/** Cuts a gRPC body into messages: a flag, four bytes of length, the message. */
function messagesOf(chunks: readonly Uint8Array[]): string[] {
  const body = new Uint8Array(chunks.reduce((sum, c) => sum + c.length, 0));
  let end = 0;
  for (const chunk of chunks) {
    body.set(chunk, end);
    end += chunk.length;
  }
  const view = new DataView(body.buffer);
  const messages: string[] = [];
  for (let at = 0; at + 5 <= body.length;) {
    if (body[at] !== 0) {
      throw new Error(`Cannot record: a message is compressed (${body[at]})`);
    }
    const length = view.getUint32(at + 1);
    messages.push(body.subarray(at + 5, at + 5 + length).toHex());
    at += 5 + length;
  }
  return messages;
}
