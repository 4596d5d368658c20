import { createServer, type Server, type Socket } from "node:net";
import { listen, retryOnTakenPort } from "../../../testing/ports/mod.ts";
import { freePorts } from "../_ports.ts";

/** What a server that is no etcd does with a connection. */
type Reaction = (socket: Socket) => void;

/** A TCP server that is no etcd. */
class BareServer implements AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;
  #closing: Promise<void> | undefined;

  /** Use `start` of the classes below. */
  protected constructor(started: StartedServer) {
    this.#server = started.server;
    this.#sockets = started.sockets;
    this.endpoint = `http://127.0.0.1:${started.port}`;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Ends every connection and gives the port back. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

interface StartedServer {
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
  readonly port: number;
}

/** Accepts, reads, and never says a word. */
export class SilentServer extends BareServer {
  /** Starts one on a free port. */
  static async start(): Promise<SilentServer> {
    return new SilentServer(await startBare((socket) => socket.resume()));
  }
}

/** Answers whatever it is sent as a web server would: HTTP/1.1 200. */
export class NotEtcdServer extends BareServer {
  /** Starts one on a free port. */
  static async start(): Promise<NotEtcdServer> {
    const body = "<html>It works!</html>\n";
    const answer = [
      "HTTP/1.1 200 OK",
      "Content-Type: text/html",
      `Content-Length: ${body.length}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n");
    return new NotEtcdServer(
      await startBare((socket) =>
        socket.once("data", () => {
          socket.end(answer);
          socket.resume();
        })
      ),
    );
  }
}

function startBare(react: Reaction): Promise<StartedServer> {
  return retryOnTakenPort(async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      // A client that breaks off is nothing to report: 'close' follows.
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      react(socket);
    });
    const port = (await freePorts(1))[0] ?? 0;
    await listen(server, port);
    return { server, sockets, port };
  });
}
