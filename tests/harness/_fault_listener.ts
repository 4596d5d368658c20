import { createServer, type Server, type Socket } from "node:net";
import type { FaultMode, ProxyStats } from "./fault_mode.ts";
import { Link } from "./_link.ts";
import { Traffic } from "./_traffic.ts";

/** The worker's side of a client fault proxy: one port, one mode, its links. */
export class FaultListener {
  readonly #port: number;
  readonly #targetPort: number;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #traffic = new Traffic();
  #mode: FaultMode = { kind: "pass" };
  #open = 0;
  #accepted = 0;
  #openMax = 0;

  constructor(port: number, targetPort: number) {
    this.#port = port;
    this.#targetPort = targetPort;
    this.#server = createServer(
      { allowHalfOpen: true },
      (socket) => this.#onConnection(socket),
    );
  }

  /** Binds the port. */
  listen(): Promise<void> {
    return listen(this.#server, this.#port);
  }

  /** Switches the mode; resolves when it is in effect. */
  async setMode(mode: FaultMode): Promise<void> {
    this.#mode = mode;
    if (mode.kind === "refuse") {
      const closed = closeServer(this.#server);
      await this.cutAll();
      await closed;
      return;
    }
    if (mode.kind === "cut") await this.cutAll();
    for (const link of this.#links) link.setMode(mode);
    if (!this.#server.listening) await this.listen();
  }

  /** Resets every connection; resolves to their number when they are gone. */
  async cutAll(): Promise<number> {
    const links = [...this.#links];
    for (const link of links) link.reset();
    await Promise.all(links.map((link) => link.closed));
    return links.length;
  }

  /** The counts now. */
  stats(): ProxyStats {
    return {
      open: this.#open,
      accepted: this.#accepted,
      openMax: this.#openMax,
      ...this.#traffic.stats(),
    };
  }

  /** Starts the counts anew; what is open stays counted. */
  resetStats(): void {
    this.#accepted = 0;
    this.#openMax = this.#open;
    this.#traffic.reset();
  }

  /** Closes the port and resets every connection. */
  async close(): Promise<void> {
    const closed = closeServer(this.#server);
    await this.cutAll();
    await closed;
  }

  #onConnection(client: Socket): void {
    this.#accepted++;
    this.#open++;
    this.#openMax = Math.max(this.#openMax, this.#open);
    const link = new Link(client, {
      targetPort: this.#targetPort,
      mode: this.#mode,
      onClientBytes: this.#traffic.ofClient(),
      onServerBytes: this.#traffic.ofServer(),
      onClientGone: () => this.#open--,
      onClosed: () => this.#links.delete(link),
    });
    this.#links.add(link);
    // Accepted by the kernel before the port was closed, handed out after.
    if (this.#mode.kind === "refuse") link.reset();
  }
}

/** Binds `server` to a port of 127.0.0.1. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Stops `server` listening; resolves when its connections are gone too. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close((error) => error ? reject(error) : resolve());
  });
}
