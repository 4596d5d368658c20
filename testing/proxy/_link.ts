import { connect, type Socket } from "node:net";
import type { FaultMode } from "./fault_mode.ts";
import { Pipe, swallows } from "./_pipe.ts";
import type { OnBytes } from "./_traffic.ts";

/** All that a link needs to know and to tell. */
export interface LinkOptions {
  /** Port on 127.0.0.1 the connection is passed on to. */
  readonly targetPort: number;
  readonly mode: FaultMode;
  /** Takes what the client sends, as it is read. */
  readonly onClientBytes?: OnBytes;
  /** Takes what the server sends, as it is read. */
  readonly onServerBytes?: OnBytes;
  /** Called once, when the client side is no longer open. */
  readonly onClientGone: () => void;
  /** Called once, when both sockets are gone. */
  readonly onClosed: () => void;
}

/** One proxied connection: the client's socket, the server's, two pipes. */
export class Link {
  readonly #client: Socket;
  readonly #options: LinkOptions;
  readonly #up: Pipe;
  #server: Socket | undefined;
  #down: Pipe | undefined;
  #mode: FaultMode;
  #clientClosed = false;
  #serverClosed = true;
  #clientGone = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(client: Socket, options: LinkOptions) {
    this.#client = client;
    this.#options = options;
    this.#mode = options.mode;
    client.setNoDelay();
    client.on("end", () => this.#onClientGone());
    this.#up = new Pipe(client, {
      mode: upwards(options.mode),
      onBytes: options.onClientBytes,
    });
    client.on("close", () => {
      this.#clientClosed = true;
      this.#onClientGone();
      this.#settle();
    });
    if (!swallows(options.mode)) this.#dial();
  }

  /** Resolves when both sockets are gone. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Switches the mode. A connection that lost bytes is reset when bytes would
   * pass again: what follows a gap must never be taken for what was sent.
   */
  setMode(mode: FaultMode): void {
    this.#mode = mode;
    if (!swallows(mode)) {
      if (this.#up.lost || this.#down?.lost) {
        this.reset();
        return;
      }
      if (this.#server === undefined) this.#dial();
    }
    this.#up.setMode(upwards(mode));
    this.#down?.setMode(downwards(mode));
  }

  /** Ends the connection with a reset to both sides. */
  reset(): void {
    this.#up.close();
    this.#down?.close();
    this.#client.resetAndDestroy();
    // A socket that is still connecting has nobody to send a reset to.
    if (this.#server?.connecting) this.#server.destroy();
    else this.#server?.resetAndDestroy();
  }

  #dial(): void {
    const server = connect({
      port: this.#options.targetPort,
      host: "127.0.0.1",
      allowHalfOpen: true,
      noDelay: true,
    });
    this.#server = server;
    this.#serverClosed = false;
    // A refused dial ends as any other error of the server's side does: the
    // pipe resets the client.
    this.#down = new Pipe(server, {
      mode: downwards(this.#mode),
      onBytes: this.#options.onServerBytes,
    });
    this.#down.connect(this.#client);
    server.on("connect", () => this.#up.connect(server));
    server.on("close", () => {
      this.#serverClosed = true;
      this.#settle();
    });
  }

  #onClientGone(): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.#options.onClientGone();
  }

  #settle(): void {
    if (!this.#clientClosed || !this.#serverClosed) return;
    this.#up.close();
    this.#down?.close();
    this.#options.onClosed();
    this.#closed.resolve();
  }
}

/** The mode for the requests. */
function upwards(mode: FaultMode): FaultMode {
  return mode.kind === "mute" ? { kind: "pass" } : mode;
}

/** The mode for the answers. */
function downwards(mode: FaultMode): FaultMode {
  return mode.kind === "mute" ? { kind: "blackhole" } : mode;
}
