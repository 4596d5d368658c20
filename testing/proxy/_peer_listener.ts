import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { Link } from "./_link.ts";
import { ListeningPort } from "../ports/mod.ts";

/** Bytes of an HTTP head that are looked at; etcd's heads are far smaller. */
const HEAD_LIMIT_BYTES = 16 << 10;

/**
 * The worker's side of a peer proxy: the address a member advertises to its
 * peers. Each connection carries HTTP requests of one other member, which
 * names itself in `X-Server-From`.
 *
 * Lease renewals that a follower forwards to its leader carry no name. They
 * pass between members that are not isolated: an isolated member knows no
 * leader to forward to, once its election timeout is over.
 */
export class PeerListener {
  readonly #port: ListeningPort;
  readonly #targetPort: number;
  readonly #waiting = new Set<Socket>();
  readonly #links = new Map<Link, string | undefined>();
  #owner: string | undefined;
  #isolated: ReadonlySet<string> = new Set();

  constructor(port: number, targetPort: number) {
    this.#port = new ListeningPort(port, (from) => this.#onConnection(from));
    this.#targetPort = targetPort;
  }

  /** Binds the port. */
  listen(): Promise<void> {
    return this.#port.listen();
  }

  /**
   * Cuts off the members whose ids (lower-case hexadecimal, as etcd writes
   * them) are given. Resolves when the connections concerned are gone.
   */
  async isolate(owner: string, ids: ReadonlySet<string>): Promise<void> {
    this.#owner = owner;
    this.#isolated = ids;
    const cut: Promise<void>[] = [];
    for (const [link, from] of this.#links) {
      // Who opened a connection without a name cannot be told afterwards.
      const unsure = from === undefined && ids.size > 0;
      if (!unsure && !this.#separated(from)) continue;
      link.reset();
      cut.push(link.closed);
    }
    await Promise.all(cut);
  }

  /** Closes the port and resets every connection. */
  async close(): Promise<void> {
    const closed = this.#port.close();
    for (const socket of this.#waiting) socket.resetAndDestroy();
    const links = [...this.#links.keys()];
    for (const link of links) link.reset();
    await Promise.all(links.map((link) => link.closed));
    await closed;
  }

  #separated(from: string | undefined): boolean {
    return this.#owner !== undefined && this.#isolated.has(this.#owner) ||
      from !== undefined && this.#isolated.has(from);
  }

  #onConnection(socket: Socket): void {
    const chunks: Buffer[] = [];
    this.#waiting.add(socket);
    const onData = (bytes: Buffer): void => {
      chunks.push(bytes);
      const head = Buffer.concat(chunks);
      const text = head.toString("latin1");
      if (!text.includes("\r\n\r\n") && head.length < HEAD_LIMIT_BYTES) return;
      socket.off("data", onData);
      socket.off("end", onEnd);
      this.#waiting.delete(socket);
      this.#admit(socket, head);
    };
    const onEnd = (): void => {
      socket.end();
    };
    socket.on("data", onData);
    socket.on("end", onEnd);
    // An error is always followed by 'close', which is all that matters here.
    socket.on("error", () => {});
    socket.on("close", () => this.#waiting.delete(socket));
  }

  #admit(socket: Socket, head: Buffer): void {
    const text = head.toString("latin1");
    const from = /\r\nx-server-from: *([0-9a-f]+)\r\n/i.exec(text)?.[1];
    const forwarded = /^POST \/leases/.test(text);
    const unnamed = from === undefined && !forwarded;
    if (this.#separated(from) || unnamed && this.#isolated.size > 0) {
      socket.resetAndDestroy();
      return;
    }
    socket.pause();
    const link = new Link(socket, {
      targetPort: this.#targetPort,
      mode: { kind: "pass" },
      onClientGone: () => {},
      onClosed: () => this.#links.delete(link),
    });
    this.#links.set(link, from);
    socket.unshift(head);
    socket.resume();
  }
}
