import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { guardGoaway } from "../../../balancers/grpc_js/_goaway_guard.ts";
import { FakeCallDriver } from "./_call.ts";
import type { FakeHandler, FakeStreamHandler } from "./answer.ts";
import { listen, retryOnTakenPort } from "../../../testing/ports/mod.ts";
import { freePorts } from "../_ports.ts";

/** Options of {@linkcode FakeServer.start}. */
export interface FakeServerOptions {
  /** Port of 127.0.0.1. @default {a free one} */
  readonly port?: number;
  /** How many streams a connection may have at once. @default {no limit} */
  readonly maxConcurrentStreams?: number;
}

/**
 * A gRPC server that does as told. It is made on bare HTTP/2, so that it can
 * also do what a gRPC server never would. Calls of a path without a handler
 * end with UNIMPLEMENTED.
 */
export class FakeServer implements AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Told of each ping. */
  onPing: () => void = () => {};
  readonly #server: Http2Server;
  readonly #handlers = new Map<string, FakeHandler>();
  readonly #streamHandlers = new Map<string, FakeStreamHandler>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  readonly #calls = new Map<string, number>();
  #accepted = 0;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  /** Use {@linkcode FakeServer.start}. */
  constructor(server: Http2Server, port: number) {
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${port}`;
    server.on("connection", (socket: Socket) => this.#onSocket(socket));
    server.on("session", (session) => this.#onSession(session));
    server.on(
      "stream",
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
        this.#onStream(stream, headers),
    );
  }

  /** Starts a server without handlers. */
  static start(options: FakeServerOptions = {}): Promise<FakeServer> {
    return retryOnTakenPort(async () => {
      const { port = (await freePorts(1))[0] ?? 0, maxConcurrentStreams } =
        options;
      const server = createServer(
        maxConcurrentStreams === undefined
          ? {}
          : { settings: { maxConcurrentStreams } },
      );
      await listen(server, port);
      return new FakeServer(server, port);
    });
  }

  /** Sets what becomes of the unary calls of a path. */
  handle(path: string, handler: FakeHandler): this {
    this.#handlers.set(path, handler);
    return this;
  }

  /** Sets what serves the streaming calls of a path. */
  handleStream(path: string, handler: FakeStreamHandler): this {
    this.#streamHandlers.set(path, handler);
    return this;
  }

  /** How many calls came, of one path or of all. */
  calls(path?: string): number {
    if (path !== undefined) return this.#calls.get(path) ?? 0;
    return [...this.#calls.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many connections are open, and how many ever were. */
  get connections(): { readonly open: number; readonly accepted: number } {
    return { open: this.#sockets.size, accepted: this.#accepted };
  }

  /**
   * Sends GOAWAY on every connection: running calls go on, new ones need a
   * new connection. `NO_ERROR` if no code is given. Streams above a last one
   * that is named are not looked at any more. `data` is what is added to it.
   */
  goAway(
    http2Code = 0,
    { lastStreamId, data }: {
      readonly lastStreamId?: number;
      readonly data?: Uint8Array;
    } = {},
  ): void {
    for (const session of this.#sessions) {
      // One whose client has just gone is not worth a word.
      if (!session.destroyed) session.goaway(http2Code, lastStreamId, data);
    }
  }

  /** Tells every client that it may have so many streams at once from now. */
  allowStreams(maxConcurrentStreams: number): void {
    for (const session of this.#sessions) {
      session.settings({ maxConcurrentStreams });
      // Deno 2.9.6 keeps SETTINGS back until there is something else to say.
      session.ping(() => {});
    }
  }

  /** Resets every connection. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /**
   * Ends every connection and gives the port back. Idempotent.
   *
   * @throws {Error} If a handler failed with anything but a status.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => resolve())
    );
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #onSocket(socket: Socket): void {
    this.#accepted++;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #onSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    guardGoaway(session);
    session.on("ping", () => this.onPing());
    session.on("close", () => this.#sessions.delete(session));
    // A connection that breaks is a test's business, not a failure of ours.
    session.on("error", () => {});
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = String(headers[":path"]);
    const count = this.calls(path) + 1;
    this.#calls.set(path, count);
    const call = new FakeCallDriver(stream, { path, headers, count });
    const streamHandler = this.#streamHandlers.get(path);
    const served = streamHandler === undefined
      ? call.answer(this.#handlers.get(path))
      : call.serve(streamHandler);
    served.catch((error: Error) => this.#failure ??= error);
  }
}
