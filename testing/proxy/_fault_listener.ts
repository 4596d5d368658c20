import type { Socket } from "node:net";
import type { FaultMode, ProxyStats } from "./fault_mode.ts";
import { Link } from "./_link.ts";
import { ListeningPort } from "../ports/mod.ts";
import { Traffic } from "./_traffic.ts";

/** The worker's side of a client fault proxy: one port, one mode, its links. */
export class FaultListener {
  readonly #port: ListeningPort;
  readonly #targetPort: number;
  readonly #links = new Set<Link>();
  readonly #traffic = new Traffic();
  #mode: FaultMode = { kind: "pass" };
  #open = 0;
  #accepted = 0;
  #openMax = 0;

  constructor(port: number, targetPort: number) {
    this.#port = new ListeningPort(port, (from) => this.#onConnection(from));
    this.#targetPort = targetPort;
  }

  /** Binds the port. */
  listen(): Promise<void> {
    return this.#port.listen();
  }

  /** Switches the mode; resolves when it is in effect. */
  async setMode(mode: FaultMode): Promise<void> {
    this.#mode = mode;
    if (mode.kind === "refuse") {
      const closed = this.#port.close();
      await this.cutAll();
      await closed;
      return;
    }
    if (mode.kind === "reset") await this.cutAll();
    for (const link of this.#links) link.setMode(mode);
    if (!this.#port.listening) await this.listen();
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
    const closed = this.#port.close();
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
