import type { Clock } from "../balancers/_clock.ts";
import { backoffMs, type BackoffPolicy } from "../errors/backoff.ts";
import type {
  LeaseKeepAliveRequestInit,
  LeaseKeepAliveResponse,
} from "../proto/gen/messages.ts";
import { fromBigInt, toBigInt } from "../proto/int64.ts";
import { methods } from "../proto/methods.ts";
import type { Renewal, RenewalHost } from "./_renewal.ts";
import type { OpenStream, StreamOpener } from "./_stream.ts";

const BACKOFF: BackoffPolicy = {
  initialMs: 50,
  multiplier: 2,
  maxMs: 1_000,
  jitter: 0.2,
};

/**
 * The one stream on which all leases of a client are renewed, and its
 * successors: it is open while there is a lease, on a member with a leader.
 */
export class KeepAliveSession implements RenewalHost {
  readonly #opener: StreamOpener;
  readonly #clock: Clock;
  readonly #tracked = new Set<Renewal>();
  readonly #renewals = new Map<bigint, Renewal>();
  #stream: OpenStream<LeaseKeepAliveRequestInit> | undefined;
  #opening: AbortController | undefined;
  #cancelRetry: (() => void) | undefined;
  #failures = 0;

  constructor(opener: StreamOpener, clock: Clock) {
    this.#opener = opener;
    this.#clock = clock;
  }

  track(renewal: Renewal): void {
    this.#tracked.add(renewal);
  }

  add(renewal: Renewal): void {
    this.#renewals.set(renewal.id, renewal);
    if (
      this.#stream === undefined && this.#opening === undefined &&
      this.#cancelRetry === undefined
    ) this.#open();
  }

  remove(renewal: Renewal): void {
    this.#tracked.delete(renewal);
    if (this.#renewals.get(renewal.id) !== renewal) return;
    this.#renewals.delete(renewal.id);
    if (this.#renewals.size === 0) this.#stop();
  }

  send(renewal: Renewal): void {
    if (this.#stream === undefined) return;
    renewal.sent();
    this.#stream.send({ ID: fromBigInt(renewal.id) });
  }

  reopen(): void {
    if (this.#stream === undefined) return;
    this.#stream.cancel();
    this.#stream = undefined;
    this.#retry();
  }

  /** Ends every lease's renewals: the client is closed. */
  close(): void {
    for (const renewal of [...this.#tracked]) renewal.lose("client_closed");
    this.#stop();
  }

  async #open(): Promise<void> {
    const opening = this.#opening = new AbortController();
    try {
      const stream = await this.#opener.open(methods.lease.keepAlive, {
        action: "keep the leases alive",
        requireLeader: true,
        signal: opening.signal,
      }, {
        onMessage: (message) => this.#onMessage(message),
        onEnd: () => {
          this.#stream = undefined;
          this.#retry();
        },
      });
      if (opening.signal.aborted) return stream.cancel();
      this.#opening = undefined;
      this.#stream = stream;
      for (const renewal of [...this.#renewals.values()]) renewal.opened();
    } catch (error) {
      if (opening.signal.aborted) return;
      this.#opening = undefined;
      // The strategy refuses to give a connection, or the client is closed.
      for (const renewal of [...this.#renewals.values()]) {
        renewal.lose("not_renewed", error);
      }
    }
  }

  #onMessage(message: LeaseKeepAliveResponse): void {
    this.#failures = 0;
    this.#renewals.get(toBigInt(message.ID))
      ?.answered(Number(toBigInt(message.TTL)));
  }

  #retry(): void {
    if (this.#renewals.size === 0) return;
    // The first time at once: the strategy may have another member.
    const waitMs = this.#failures === 0
      ? 0
      : backoffMs(BACKOFF, this.#failures, this.#clock.random);
    this.#failures++;
    this.#cancelRetry = this.#clock.schedule(waitMs, () => {
      this.#cancelRetry = undefined;
      this.#open();
    });
  }

  #stop(): void {
    this.#opening?.abort();
    this.#opening = undefined;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#stream?.cancel();
    this.#stream = undefined;
    this.#failures = 0;
  }
}
