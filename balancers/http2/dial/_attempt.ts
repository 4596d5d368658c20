import {
  type Clock,
  dialReason,
  explainAlert,
  explainEnd,
  explainTls,
  type PingOptions,
  type TlsFailure,
  type TlsPeer,
  type TlsSettings,
} from "../../transport/mod.ts";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TlsFault } from "../../../errors/specific_errors.ts";
import type { Address } from "./_addresses.ts";
import {
  Connection,
  type ConnectionListener,
  type Down,
} from "../connection/mod.ts";
import { NodeConn } from "../socket/mod.ts";
import type { RequestScope } from "../grpc/mod.ts";

/** Why an address could not be connected to. */
export interface AttemptFailure {
  /** In words. */
  readonly reason: string;
  /** Whether there was a TCP connection. */
  readonly connected: boolean;
  readonly fault?: TlsFault;
}

/** The settings that all addresses of an endpoint share. */
export interface AttemptOptions {
  readonly scope: RequestScope;
  readonly clock: Clock;
  readonly tls: TlsSettings | undefined;
  readonly pings: PingOptions | undefined;
  /** Is told of the connection from then on when it is ready. */
  readonly owner: ConnectionListener;
  /** Given each socket that is opened. */
  watch(socket: Socket): void;
}

/** The listener to the end of an attempt: one of the two is called, once. */
export interface AttemptListener {
  onConnected(connection: Connection): void;
  onFailed(failure: AttemptFailure): void;
}

/** One address, from the first SYN to the server's SETTINGS. */
export class ConnectAttempt {
  readonly #address: Address;
  readonly #options: AttemptOptions;
  readonly #listener: AttemptListener;
  readonly #tcp: Socket;
  /** `failing`: it is being found out why. */
  #state: "connecting" | "connected" | "failing" | "ready" | "over" =
    "connecting";
  #secured: Socket | undefined;
  #peer: TlsPeer | undefined;
  #connection: Connection | undefined;
  #failure: TlsFailure | undefined;

  constructor(
    address: Address,
    options: AttemptOptions,
    listener: AttemptListener,
  ) {
    this.#address = address;
    this.#options = options;
    this.#listener = listener;
    const tcp = this.#tcp = connectTcp(address);
    options.watch(tcp);
    tcp.setNoDelay();
    tcp.once("error", ({ message }) => {
      if (this.#state === "connecting") this.#fail(message);
    });
    tcp.once("connect", () => this.#onConnect());
  }

  /** Whether there is a TCP connection. */
  get connected(): boolean {
    return this.#state !== "connecting";
  }

  /** The bytes that came of SETTINGS, in words, or of something else. */
  get heard(): string | undefined {
    return this.#connection?.unfinished;
  }

  /** Gives up. */
  abort(): void {
    if (this.#state === "ready" || this.#state === "over") return;
    this.#state = "over";
    this.#close();
  }

  #onConnect(): void {
    if (this.#state !== "connecting") return;
    this.#state = "connected";
    const { tls } = this.#options;
    if (tls === undefined) return this.#speak(this.#tcp);
    const peer = this.#peer = this.#describe(tls);
    const secured = this.#secured = connectTls({
      socket: this.#tcp,
      servername: tls.serverName,
      ALPNProtocols: ["h2"],
      ...(tls.ca && { ca: tls.ca }),
      ...tls.own,
      ...tls.verify,
    });
    secured.once("secureConnect", () => {
      if (this.#state !== "connected") return;
      if (secured.alpnProtocol === "h2") this.#speak(secured);
      else this.#fail("by TLS it does not agree to speak HTTP/2 (ALPN)");
    });
    secured.on("error", (error) => {
      if (this.#connection !== undefined) {
        this.#failure ??= explainAlert(error, peer);
        return;
      }
      this.#explain(error.message, () => {
        return explainTls(error, peer, this.#options.watch);
      });
    });
    // Nothing else says that the server ended amid the handshake.
    secured.once("close", () => {
      if (this.#state === "connected" && this.#connection === undefined) {
        this.#fail("the server closed the connection");
      }
    });
  }

  /** Speaks HTTP/2 on a socket that is ready for it. */
  #speak(socket: Socket): void {
    const { scope, clock, pings, owner } = this.#options;
    const told = () => this.#state === "ready";
    this.#connection = new Connection(new NodeConn(socket), {
      scope,
      clock,
      pings,
      listener: {
        onSettled: () => this.#onSettled(),
        onStreams: () => told() && owner.onStreams(),
        onDown: (why) => told() ? owner.onDown(why) : this.#onDown(why),
        onTooManyPings: () => owner.onTooManyPings(),
        onGone: () => told() && owner.onGone(),
      },
    });
  }

  #onSettled(): void {
    if (this.#state !== "connected" || this.#connection === undefined) return;
    this.#state = "ready";
    this.#listener.onConnected(this.#connection);
  }

  #onDown({ kind, reason }: Down): void {
    const peer = this.#peer;
    if (kind === "goaway") {
      return this.#failAs(`connected, but the server said ${reason} at once`);
    }
    if (peer === undefined) return this.#fail(reason);
    this.#explain(reason, async () => {
      return this.#failure ?? await explainEnd(peer, this.#options.watch);
    });
  }

  /** Fails when it is known why; `explain` may make a handshake of its own. */
  #explain(
    reason: string,
    explain: () => Promise<TlsFailure | undefined>,
  ): void {
    if (this.#state !== "connected") return;
    this.#state = "failing";
    this.#close();
    explain().then((failure) => {
      if (failure === undefined) this.#fail(reason);
      else this.#failAs(`connected, but ${failure.reason}`, failure.fault);
    });
  }

  #fail(reason: string): void {
    const { connected } = this;
    const secure = this.#options.tls !== undefined;
    this.#failAs(dialReason(reason, { connected, secure }));
  }

  #failAs(reason: string, fault?: TlsFault): void {
    if (this.#state === "ready" || this.#state === "over") return;
    const { connected } = this;
    this.#state = "over";
    this.#close();
    this.#listener.onFailed({ reason, connected, ...(fault && { fault }) });
  }

  #close(): void {
    this.#connection?.abort();
    this.#secured?.destroy();
    this.#tcp.destroy();
  }

  #describe({ serverName, own }: TlsSettings): TlsPeer {
    const { remoteAddress: host = "", remotePort: port = 0 } = this.#tcp;
    const address = "path" in this.#address ? this.#address : { host, port };
    return { address, serverName, own };
  }
}
