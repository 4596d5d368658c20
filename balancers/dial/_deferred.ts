import type {
  Clock,
  DialSettings,
  DownReason,
  Endpoint,
  RunningCall,
  RunningStream,
  Transport,
  TransportEvents,
} from "../transport/mod.ts";

/** The settings of a transport that may be replaced. */
export interface ReplacingDialSettings extends DialSettings {
  /** Called with the transport that takes the place of the first one. */
  replace(transport: Transport): void;
}

/** A dial that may give another transport in place of its first one. */
export type ReplacingDial = (
  endpoint: Endpoint,
  settings: ReplacingDialSettings,
) => Transport;

/** The words for something that a dial waits for. */
export interface Awaited {
  /** Says that the wait was in vain, after so many milliseconds. */
  late(timeoutMs: number): string;
  /** Says that the wait failed, with this error. */
  failed(error: Error): DownReason;
}

const TLS: Awaited = {
  late: (timeoutMs) => `'tls' returned no settings within ${timeoutMs} ms`,
  failed: ({ message }) => ({
    kind: "other",
    reason: `no settings for TLS: ${message}`,
  }),
};

/**
 * A dial whose settings come later, and anew for each connection. Until then
 * it gives a transport that is not ready, and puts the real one in its place.
 * The connection fails if `provide` does, or what it gives.
 */
export function deferredDial(
  provide: () => Promise<ReplacingDial>,
  clock: Clock,
  { awaited = TLS }: { readonly awaited?: Awaited } = {},
): ReplacingDial {
  return (endpoint, settings) => {
    const { timeoutMs, events, replace } = settings;
    const startedAt = clock.now();
    const undialled = new UndialledTransport({ ...settings, clock, awaited });
    provide().then((dial) => {
      if (undialled.ended) return;
      const leftMs = Math.ceil(startedAt + timeoutMs - clock.now());
      // Throws if the settings are of no use, or the user's function does.
      const timeLeft = { timeoutMs: Math.max(leftMs, 1), events, replace };
      replace(dial(endpoint, timeLeft));
      undialled.end();
    }, (error) => {
      undialled.fail(awaited.failed(asError(error)));
    }).catch((error) => {
      undialled.fail(TLS.failed(asError(error)));
    });
    return undialled;
  };
}

/** Has the connection fail where `dial` throws, as a user's `serverName` may. */
export function notThrowing(dial: ReplacingDial, clock: Clock): ReplacingDial {
  return (endpoint, settings) => {
    try {
      return dial(endpoint, settings);
    } catch (error) {
      const failing = deferredDial(() => Promise.reject(error), clock);
      return failing(endpoint, settings);
    }
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

  constructor(
    { timeoutMs, events, clock, awaited }: DialSettings & {
      readonly clock: Clock;
      readonly awaited: Awaited;
    },
  ) {
    this.#events = events;
    this.#stopTimer = clock.schedule(timeoutMs, () => {
      this.fail({ kind: "other", reason: awaited.late(timeoutMs) });
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
  fail(why: DownReason): void {
    if (this.#ended) return;
    this.end();
    this.#events.onDown(why);
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
