import { createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../balancers/transport/mod.ts";
import type { Address, Listener, ListenOptions } from "./_connection.ts";
import { NodeConnection } from "./_node_connection.ts";

/** The longest time that a listener may be deaf. */
const AGAIN_MS = 1_000;

/** Options of a listener. */
export interface NodeListenerOptions extends ListenOptions {
  readonly clock: Pick<Clock, "schedule">;
}

/**
 * A listener of `node:net`.
 *
 * Deno's is deaf for good, without a word, once descriptors have run out
 * (2.9.6). To listen again on its handle heals that, and does nothing
 * otherwise, so it is done all the time.
 */
export class NodeListener implements Listener<NodeConnection> {
  readonly addr: Address;
  readonly #server: Server;
  readonly #options: NodeListenerOptions;
  readonly #came: NodeConnection[] = [];
  #waiting: PromiseWithResolvers<NodeConnection> | undefined;
  /** A fault that nobody has been told yet. */
  #fault: Error | undefined;
  #cancelAgain: () => void = () => {};

  private constructor(server: Server, options: NodeListenerOptions) {
    const { address = "", port = 0 } = server.address() as {
      readonly address?: string;
      readonly port?: number;
    };
    this.addr = { hostname: address, port };
    this.#server = server;
    this.#options = options;
    server.on("connection", (socket) => this.#onSocket(socket));
    server.on("error", (error) => this.#tell(error));
    this.#listenAgainLater();
  }

  /**
   * Listens on an address.
   *
   * @throws {Error} With the system's code, if it is not available.
   */
  static async open(options: NodeListenerOptions): Promise<NodeListener> {
    const { hostname: host, port, tcpBacklog: backlog } = options;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog }, () => resolve());
    });
    return new NodeListener(server, options);
  }

  accept(): Promise<NodeConnection> {
    const connection = this.#came.shift();
    if (connection !== undefined) return Promise.resolve(connection);
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    if (this.#fault !== undefined) this.#tell(this.#fault);
    return promise;
  }

  close(): void {
    this.#cancelAgain();
    this.#server.close();
    for (const connection of this.#came.splice(0)) connection.close();
    this.#tell(new Error("closed"));
  }

  #onSocket(socket: Socket): void {
    const connection = new NodeConnection(socket);
    if (this.#waiting === undefined) this.#came.push(connection);
    else this.#waiting.resolve(connection);
    this.#waiting = undefined;
  }

  #listenAgainLater(): void {
    const { clock, tcpBacklog } = this.#options;
    this.#cancelAgain = clock.schedule(AGAIN_MS, () => {
      handleOf(this.#server)?.listen(tcpBacklog);
      this.#listenAgainLater();
    });
  }

  /** Tells a fault once: it may pass. */
  #tell(fault: Error): void {
    this.#fault = this.#waiting === undefined ? fault : undefined;
    this.#waiting?.reject(fault);
    this.#waiting = undefined;
  }
}

/**
 * The handle below a server, which Node's documentation names only in passing.
 * The public way, another server on the same handle, leaves that one behind in
 * Deno each time.
 */
function handleOf(
  server: Server,
): { listen(backlog: number): unknown } | undefined {
  return "_handle" in server ? server._handle as never : undefined;
}
