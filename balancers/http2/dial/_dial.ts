import {
  type DownReason,
  type Endpoint,
  unreachedReason,
} from "../../transport/mod.ts";
import { type Address, addressesOf } from "./_addresses.ts";
import {
  type AttemptFailure,
  type AttemptOptions,
  ConnectAttempt,
} from "./_attempt.ts";
import type { Connection } from "../connection/mod.ts";

/** The time an address may take before the next one is tried beside it. */
const STAGGER_MS = 250;

/** The end of a dial: one of the two is called, once, unless it is aborted. */
export interface DialListener {
  onConnected(connection: Connection): void;
  onFailed(why: DownReason): void;
}

/**
 * Connects to whichever of an endpoint's addresses is first to send SETTINGS:
 * each has a head start before the next one (RFC 8305).
 */
export class Dialling {
  readonly #endpoint: Endpoint;
  readonly #options: AttemptOptions;
  readonly #listener: DialListener;
  readonly #attempts: ConnectAttempt[] = [];
  #addresses: readonly Address[] = [];
  #failed = 0;
  /** The failure of the attempt that came furthest. */
  #furthest: AttemptFailure | undefined;
  #over = false;
  #stopStagger: (() => void) | undefined;

  constructor(
    endpoint: Endpoint,
    options: AttemptOptions,
    listener: DialListener,
  ) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#listener = listener;
    addressesOf(endpoint.target).then((addresses) => {
      this.#addresses = addresses;
      this.#startNext();
    }).catch((error: Error) => {
      this.#fail({ reason: error.message, connected: false });
    });
  }

  /** Whether there is, or was, a TCP connection. */
  get connected(): boolean {
    return this.#attempts.some(({ connected }) => connected);
  }

  /** The bytes that came from any of the addresses, in words. */
  get heard(): string | undefined {
    return this.#attempts.find(({ heard }) => heard !== undefined)?.heard;
  }

  /** Gives up. */
  abort(): void {
    this.#over = true;
    this.#stopStagger?.();
    for (const attempt of this.#attempts) attempt.abort();
  }

  #startNext(): void {
    this.#stopStagger?.();
    const address = this.#addresses[this.#attempts.length];
    if (this.#over || address === undefined) return;
    this.#attempts.push(
      new ConnectAttempt(address, this.#options, {
        onConnected: (connection) => {
          this.abort();
          this.#listener.onConnected(connection);
        },
        onFailed: (failure) => this.#onFailed(failure),
      }),
    );
    this.#stopStagger = this.#options.clock.schedule(
      STAGGER_MS,
      () => this.#startNext(),
    );
  }

  #onFailed(failure: AttemptFailure): void {
    this.#failed++;
    const { fault, connected } = this.#furthest ?? {};
    if (fault === undefined && (failure.connected || connected !== true)) {
      this.#furthest = failure;
    }
    if (this.#failed < this.#addresses.length) this.#startNext();
    else this.#fail(this.#furthest ?? failure);
  }

  #fail({ reason, connected, fault }: AttemptFailure): void {
    if (this.#over) return;
    this.abort();
    if (!connected) {
      this.#listener.onFailed(unreachedReason(this.#endpoint, reason));
    } else if (fault === undefined) {
      this.#listener.onFailed({ kind: "other", reason });
    } else this.#listener.onFailed({ kind: "tls", reason, fault });
  }
}
