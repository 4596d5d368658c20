/** The two ends of what passes a fault proxy, and waits for it. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { Buffer } from "node:buffer";
import { assert } from "@std/assert";
import {
  type LoneFaultProxy,
  type ProxyStats,
  waitFor,
} from "../../../harness/mod.ts";

/** A TCP server that echoes, or does as the test wants. */
export class EchoServer implements AsyncDisposable {
  readonly #server: Server;
  readonly sockets: Socket[] = [];
  received = 0;

  private constructor(onEnd: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.push(socket);
      socket.on("data", (bytes: Buffer) => {
        this.received += bytes.length;
        socket.write(bytes);
      });
      socket.on("end", () => onEnd(socket));
      socket.on("error", () => {});
    });
  }

  static async start(
    onEnd: (socket: Socket) => void = (socket) => socket.end(),
  ): Promise<EchoServer> {
    const echo = new EchoServer(onEnd);
    await new Promise<void>((resolve) =>
      echo.#server.listen(0, "127.0.0.1", () => resolve())
    );
    return echo;
  }

  get port(): number {
    const address = this.#server.address();
    assert(typeof address === "object" && address !== null);
    return address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => resolve())
    );
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

/** A client connection that records what becomes of it. */
export class Client implements AsyncDisposable {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  error: string | undefined;
  ended = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(endpoint: string) {
    const port = Number(new URL(endpoint).port);
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.on("data", (bytes: Buffer) => this.chunks.push(bytes));
    this.socket.on("end", () => this.ended = true);
    this.socket.on("error", (error: Error & { code?: string }) => {
      this.error = error.code ?? error.message;
    });
    this.socket.on("close", () => this.#closed.resolve());
  }

  static async open(endpoint: string): Promise<Client> {
    const client = new Client(endpoint);
    await waitFor("a connection", () => !client.socket.connecting);
    return client;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  get size(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async echo(text: string): Promise<void> {
    const before = this.text;
    this.socket.write(text);
    await waitFor(`the echo of ${text}`, () => this.text === before + text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.#closed.promise;
  }
}

/**
 * Waits until the proxy has met with so much, and both sides have looked at
 * their sockets since: what it passes on has come by then.
 */
export async function settle(
  proxy: LoneFaultProxy,
  met: Partial<
    Pick<ProxyStats, "accepted" | "bytesFromClients" | "bytesFromServer">
  >,
): Promise<void> {
  const { accepted = 0, bytesFromClients = 0, bytesFromServer = 0 } = met;
  await waitFor("the proxy to have met with it", async () => {
    const stats = await proxy.stats();
    return stats.accepted >= accepted &&
      stats.bytesFromClients >= bytesFromClients &&
      stats.bytesFromServer >= bytesFromServer;
  });
  // Each answer takes a turn of the event loop on both sides.
  for (let turn = 0; turn < 5; turn++) await proxy.stats();
}

/** What a proxy counts of connections. */
export async function connections(
  proxy: LoneFaultProxy,
): Promise<Pick<ProxyStats, "open" | "accepted" | "openMax">> {
  const { open, accepted, openMax } = await proxy.stats();
  return { open, accepted, openMax };
}
