import { ObservedCaller, type TraceableCaller } from "./_observed_caller.ts";
import { ObservedOpener } from "./_observed_opener.ts";
import type { Opener } from "./_stream.ts";
import { findTelemetry } from "./_telemetry.ts";
import type { Caller } from "./caller.ts";
import type { TellEvent } from "./events.ts";

/** What follows a client's doings. */
export interface Observation {
  /** Told of everything that happens; missing if nobody listens. */
  readonly onEvent: TellEvent | undefined;
  /** The same caller, followed if somebody listens. */
  observed(caller: TraceableCaller): Caller;
  /** The same opener of streams, followed if OpenTelemetry is set up. */
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
    observedStreams: (opener) =>
      telemetry === undefined ? opener : new ObservedOpener(opener, telemetry),
  };
}
