import type { Clock } from "../../balancers/transport/mod.ts";
import {
  Acceptor,
  type AcceptorOptions,
  type ListenAddress,
  openListener,
} from "../listener/mod.ts";
import {
  type Connection,
  DENO_NETWORK,
  type Listener,
} from "../network/mod.ts";
import { closeQuietly } from "../sockets/mod.ts";
import { readHead, type RequestHead, writeResponse } from "./_http.ts";
import { metricsText } from "./_metrics_text.ts";
import { joinAddress } from "../names/mod.ts";
import type { GatewaySnapshot } from "../view.ts";

/** Options of a status server. */
export interface StatusServerOptions {
  readonly clock: Clock;
  /** Called when accepting failed for now, and is tried again. */
  readonly onPause: AcceptorOptions["onPause"];
  /** Called when the listener has failed. */
  onFailed(error: Error): void;
  /** Milliseconds a request and its answer may take. @default {5000} */
  readonly timeoutMs?: number;
}

/** The number of requests that may be open; the oldest goes for one more. */
const MOST_OPEN = 32;

/**
 * Serves `/metrics` and `/health` by HTTP/1, a request for each connection.
 *
 * Deno's own server ends with an error that nobody can catch when descriptors
 * run out, has no time limits, and does not end while a client holds a request;
 * that of `node:http` never accepts again after such a shortage.
 */
export class StatusServer implements Disposable {
  /** The address the server listens on. */
  readonly address: string;
  /** The source of the figures; none while the gateway still starts. */
  snapshot: (() => GatewaySnapshot) | undefined;
  readonly #acceptor: Acceptor;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** The oldest first. */
  readonly #open = new Set<Connection>();

  private constructor(listener: Listener, options: StatusServerOptions) {
    this.address = joinAddress(listener.addr.hostname, listener.addr.port);
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#acceptor = new Acceptor({
      listener,
      clock: options.clock,
      onConnection: (connection) => void this.#serve(connection),
      onPause: options.onPause,
    });
    // Connections are worth more than their metrics.
    this.#acceptor.finished.catch((error) => options.onFailed(error));
  }

  /**
   * Opens a server.
   *
   * @throws {UnavailableError} If the address is taken or not of this machine.
   */
  static async open(
    address: ListenAddress,
    options: StatusServerOptions,
  ): Promise<StatusServer> {
    const opening = {
      network: DENO_NETWORK,
      purpose: "serve metrics",
    } as const;
    return new StatusServer(await openListener(address, opening), options);
  }

  /** Ends the server and every request now. */
  [Symbol.dispose](): void {
    this.#acceptor.close();
    for (const connection of this.#open) closeQuietly(connection);
  }

  async #serve(connection: Connection): Promise<void> {
    const [oldest] = this.#open;
    if (oldest && this.#open.size >= MOST_OPEN) closeQuietly(oldest);
    this.#open.add(connection);
    const cancel = this.#clock.schedule(
      this.#timeoutMs,
      () => closeQuietly(connection),
    );
    try {
      const head = await readHead(connection);
      await writeResponse(connection, head, this.#answer(head));
    } catch {
      // Gone, too slow, or closed by us.
    } finally {
      cancel();
      this.#open.delete(connection);
      closeQuietly(connection);
    }
  }

  #answer(head: RequestHead | undefined): Response {
    if (head === undefined) {
      return new Response("Bad request\n", { status: 400 });
    }
    return answer(head.path, this.snapshot?.());
  }
}

function answer(
  path: string | undefined,
  snapshot: GatewaySnapshot | undefined,
): Response {
  switch (path) {
    case "/metrics":
      if (snapshot === undefined) return new Response(null, { status: 503 });
      return new Response(metricsText(snapshot), {
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
      });
    case "/health": {
      const reason = whyUnhealthy(snapshot);
      return reason === undefined
        ? Response.json({ health: "true" })
        : Response.json({ health: "false", reason }, { status: 503 });
    }
    default:
      return new Response("Not found\n", { status: 404 });
  }
}

function whyUnhealthy(
  snapshot: GatewaySnapshot | undefined,
): string | undefined {
  if (snapshot === undefined) return "starting";
  if (snapshot.state !== "serving") return snapshot.state;
  const active = snapshot.endpoints.some(({ state }) => state === "active");
  return active ? undefined : "no endpoint is active";
}
