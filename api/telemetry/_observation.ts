import type { Caller, TraceableCaller } from "../call/mod.ts";
import { ObservedCaller } from "./_observed_caller.ts";
import { ObservedOpener } from "./_observed_opener.ts";
import type { Opener, StreamSettings } from "../stream/mod.ts";
import { findTelemetry } from "./_telemetry.ts";
import type { TellEvent } from "../events.ts";

/** What follows a client's doings. */
export interface Observation {
  /** Told of everything that happens; missing if nobody listens. */
  readonly onEvent: TellEvent | undefined;
  /** The same caller, followed if somebody listens. */
  observed(caller: TraceableCaller): Caller;
  /** The same opener of streams, followed if somebody listens. */
  observedStreams(opener: Opener): Opener;
}

/**
 * Brings together those who listen to a client: the user's `onEvent`, and
 * OpenTelemetry if it is set up by now.
 */
export function observe(listener: TellEvent | undefined): Observation {
  const telemetry = findTelemetry();
  const onEvent: TellEvent | undefined = telemetry === undefined
    ? listener
    : (event) => {
      telemetry.count(event);
      listener?.(event);
    };
  return {
    onEvent,
    observed: (caller) =>
      onEvent === undefined
        ? caller
        : new ObservedCaller(caller, { onEvent, telemetry }),
    observedStreams(opener) {
      const told = onEvent === undefined
        ? opener
        : tellingWaits(opener, onEvent);
      return telemetry === undefined
        ? told
        : new ObservedOpener(told, telemetry);
    },
  };
}

/** The same opener, which tells of streams that have to wait for one. */
function tellingWaits(opener: Opener, tell: TellEvent): Opener {
  return {
    notOpened: (...late) => opener.notOpened(...late),
    open(method, settings, listener) {
      const onWait: StreamSettings["onWait"] = (limit) => {
        settings.onWait?.(limit);
        if (limit === undefined) return;
        tell({ type: "stream_waiting", method: method.name, ...limit });
      };
      return opener.open(method, { ...settings, onWait }, listener);
    },
  };
}
