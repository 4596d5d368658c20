import type {
  Clock,
  Dial,
  DialSettings,
  Endpoint,
  RunningCall,
  RunningStream,
  Transport,
  TransportEvents,
} from "../transport/mod.ts";

/** How a transport is made that may be replaced once. */
export interface ReplacingDialSettings extends DialSettings {
  /** Called with the transport that takes the place of the first one. */
  replace(transport: Transport): void;
}

/** A dial that may give another transport in place of its first one. */
export type ReplacingDial = (
  endpoint: Endpoint,
  settings: ReplacingDialSettings,
) => Transport;

/**
 * A dial whose settings come later, and anew for each connection. Until then
 * it gives a transport that is not ready, and puts the real one in its place.
 * The connection fails if `provide` does.
 */
export function deferredDial(
  provide: () => Promise<Dial>,
  clock: Clock,
): ReplacingDial {
  return (endpoint, settings) => {
    const { timeoutMs, events, replace } = settings;
    const startedAt = clock.now();
    const undialled = new UndialledTransport(settings, clock);
    provide().then((dial) => {
      if (undialled.ended) return;
      const leftMs = Math.ceil(startedAt + timeoutMs - clock.now());
      // Throws if the settings are of no use, or the user's function does.
      replace(dial(endpoint, { timeoutMs: Math.max(leftMs, 1), events }));
      undialled.end();
    }).catch((error) => {
      undialled.fail(`no settings for TLS: ${messageOf(error)}`);
    });
    return undialled;
  };
}

/** A transport that waits for what it is dialled with. */
class UndialledTransport implements Transport {
  readonly ready = false;
  readonly inFlight = 0;
  readonly maxStreams = 0;
  readonly freeStreams = 0;
  readonly sockets = 0;
  readonly #events: TransportEvents;
  readonly #stopTimer: () => void;
  #ended = false;

  constructor({ timeoutMs, events }: DialSettings, clock: Clock) {
    this.#events = events;
    this.#stopTimer = clock.schedule(timeoutMs, () => {
      this.fail(`'tls' returned no settings within ${timeoutMs} ms`);
    });
  }

  /** Whether the wait is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Ends the wait. */
  end(): void {
    this.#ended = true;
    this.#stopTimer();
  }

  /** Ends the wait, as there will be no connection. */
  fail(reason: string): void {
    if (this.#ended) return;
    this.end();
    this.#events.onDown({ kind: "other", reason });
    this.#events.onGone();
  }

  unary(): RunningCall {
    throw notReadyError();
  }

  stream(): RunningStream {
    throw notReadyError();
  }

  drain(): void {
    this.abort();
  }

  abort(): void {
    if (this.#ended) return;
    this.end();
    queueMicrotask(() => this.#events.onGone());
  }
}

function notReadyError(): Error {
  return new Error("Cannot make a call: the transport is not ready");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
