import {
  type Clock,
  onAbort,
  SYSTEM_CLOCK,
} from "../balancers/transport/mod.ts";
import { UnavailableError } from "../errors/specific_errors.ts";
import { Acceptor, openListener } from "./listener/mod.ts";
import {
  type Connection,
  DENO_NETWORK,
  type Listener,
  type Network,
  nodeNetwork,
} from "./network/mod.ts";
import { EndpointSources } from "./discovery/mod.ts";
import { Fleet } from "./upstreams/mod.ts";
import { Forwarder } from "./_forwarder.ts";
import { SharedTimers } from "./sockets/mod.ts";
import { joinAddress, Names, namesOf } from "./names/mod.ts";
import {
  checkTime,
  type GatewayOptions,
  type ResolvedGatewayOptions,
  resolveGatewayOptions,
} from "./options.ts";
import type { GatewaySnapshot } from "./view.ts";

/** The parts of a gateway that are there before it. */
interface GatewayParts {
  readonly listener: Listener;
  readonly network: Network;
  readonly sources: EndpointSources;
  readonly names: Names;
  readonly clock: Clock;
}

/**
 * A TCP gateway to the members of a cluster: clients of one local address are
 * passed on to an endpoint that can be reached.
 *
 * - An endpoint that cannot be reached is left out and tried again; the client
 *   that found out is passed on to the next one and notices nothing.
 * - Bytes pass as they are, an end in one direction is passed on, and a reader
 *   that is slow holds up its sender.
 * - When no endpoint can be reached, clients wait while all are tried once
 *   more, and are closed if that fails.
 *
 * ```ts ignore
 * import { Gateway } from "@etcdeno/client/gateway";
 *
 * await using gateway = await Gateway.start({
 *   endpoints: ["infra0.example.com", "infra1.example.com"],
 *   onEvent: (event) => console.log(event.type),
 * });
 * console.log(gateway.address);
 * await gateway.finished;
 * ```
 */
export class Gateway implements AsyncDisposable {
  /** The address the gateway listens on, `host:port`. */
  readonly address: string;
  /**
   * Resolves when the gateway is closed.
   *
   * @throws {UnavailableError} If the listener failed; the gateway is closed
   * then.
   */
  readonly finished: Promise<void>;
  readonly #options: ResolvedGatewayOptions;
  readonly #clock: Clock;
  readonly #timers: SharedTimers;
  readonly #acceptor: Acceptor;
  readonly #fleet: Fleet;
  readonly #forwarder: Forwarder;
  readonly #sources: EndpointSources;
  readonly #closing = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #unlink: () => void = () => {};
  readonly #clients = new Map<Connection, Promise<void>>();
  #state: GatewaySnapshot["state"] = "serving";
  #accepted = 0;
  #failed = 0;
  #closed: Promise<void> | undefined;

  private constructor(
    options: ResolvedGatewayOptions,
    { listener, network, sources, names, clock }: GatewayParts,
  ) {
    const { onEvent, signal } = options;
    const { hostname, port } = listener.addr;
    this.address = joinAddress(hostname, port);
    this.#options = options;
    this.#clock = clock;
    this.#sources = sources;
    const timers = this.#timers = new SharedTimers(clock);
    this.#fleet = new Fleet(options, {
      targets: sources.first,
      network,
      names,
      clock,
      timers,
      signal: this.#closing.signal,
    });
    const fleet = this.#fleet;
    this.#forwarder = new Forwarder({ fleet, port, clock, timers, onEvent });
    sources.follow(
      () => namesOf(fleet.all),
      (targets) => fleet.replace(targets),
    );
    this.#acceptor = new Acceptor({
      listener,
      clock,
      onConnection: (client) => this.#onClient(client),
      onPause: (error, retryMs) =>
        onEvent({ type: "accept_failed", error, retryMs }),
    });
    this.finished = this.#run();
    // Whoever closes it without looking need not hear of the listener.
    this.finished.catch(() => {});
    this.#unlink = onAbort(signal, () => void this.close());
    const endpoints = namesOf(sources.first);
    onEvent({ type: "ready", address: this.address, endpoints });
  }

  /**
   * Starts a gateway: finds the endpoints, then listens.
   *
   * @throws {InvalidOptionError} If an option is not acceptable, or an
   * endpoint is the gateway itself.
   * @throws {UnavailableError} If no endpoint was found, or the address to
   * listen on is not available.
   */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const resolved = resolveGatewayOptions(options);
    const clock = SYSTEM_CLOCK;
    const names = new Names({ clock });
    const sources = await EndpointSources.open(resolved, { names, clock });
    try {
      resolved.signal?.throwIfAborted();
      const network = resolved.passResets ? nodeNetwork(clock) : DENO_NETWORK;
      const opening = { network, purpose: "listen" } as const;
      const listener = await openListener(resolved.listen, opening);
      const parts = { listener, network, sources, names, clock };
      return new Gateway(resolved, parts);
    } catch (error) {
      sources.close();
      throw error;
    }
  }

  /** The state of the gateway and its endpoints now. */
  snapshot(): GatewaySnapshot {
    return {
      address: this.address,
      state: this.#state,
      open: this.#clients.size,
      accepted: this.#accepted,
      failed: this.#failed,
      endpoints: this.#fleet.all.map((upstream) => upstream.status()),
    };
  }

  /**
   * Closes the gateway gently: accepts no more clients, waits until the last
   * connection has ended, but `timeoutMs` at most, and closes.
   *
   * @throws {InvalidOptionError} If `timeoutMs` is not from 0 to 2_147_483_647.
   */
  async drain(options: { readonly timeoutMs: number }): Promise<void> {
    checkTime("timeoutMs", options.timeoutMs, { orNone: true });
    if (this.#state !== "serving") return await this.close();
    this.#state = "draining";
    this.#acceptor.close();
    const open = this.#clients.size;
    this.#options.onEvent({ type: "draining", open });
    const timeout = Promise.withResolvers<void>();
    const cancel = this.#clock.hold(options.timeoutMs, timeout.resolve);
    await Promise.race([
      Promise.all(this.#clients.values()),
      timeout.promise,
    ]);
    cancel();
    await this.close();
  }

  /** Closes the gateway and every connection now. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Closes the gateway, as {@linkcode Gateway.close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(): Promise<void> {
    try {
      await this.#acceptor.finished;
    } catch (cause) {
      await this.close();
      throw new UnavailableError(
        `Cannot accept clients on ${this.address}: ${(cause as Error).message}`,
        { code: "unavailable", cause },
      );
    }
    await this.#ended.promise;
  }

  #onClient(client: Connection): void {
    this.#accepted++;
    if (this.#clients.size >= this.#options.maxConnections) {
      this.#failed++;
      this.#forwarder.refuse(client, "limit");
      return;
    }
    const forwarded = this.#forwarder.forward(client).then((taken) => {
      this.#clients.delete(client);
      if (!taken) this.#failed++;
    });
    this.#clients.set(client, forwarded);
  }

  async #close(): Promise<void> {
    this.#unlink();
    this.#acceptor.close();
    this.#sources.close();
    this.#forwarder.close();
    this.#closing.abort();
    this.#fleet.close();
    await Promise.all(this.#clients.values());
    this.#timers.close();
    this.#state = "closed";
    this.#ended.resolve();
  }
}
