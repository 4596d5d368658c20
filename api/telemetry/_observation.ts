import type { Caller, TraceableCaller } from "../call/mod.ts";
import { ObservedCaller } from "./_observed_caller.ts";
import { ObservedOpener } from "./_observed_opener.ts";
import type { Clock } from "../../balancers/transport/mod.ts";
import type { Method } from "../../proto/method.ts";
import type { Opener, StreamListener, StreamSettings } from "../stream/mod.ts";
import { findTelemetry } from "./_telemetry.ts";
import type { TellEvent } from "../events.ts";

/** The observation of a client: it follows calls, streams and events. */
export interface Observation {
  /** A listener to all events; missing if nobody listens. */
  readonly onEvent: TellEvent | undefined;
  /** Makes a caller that is followed, if somebody listens. */
  observed(caller: TraceableCaller): Caller;
  /** Makes an opener of streams that is followed, if somebody listens. */
  observedStreams(opener: Opener): Opener;
}

/**
 * Brings together those who listen to a client: the user's `onEvent`, and
 * OpenTelemetry if it is set up by now.
 */
export function observe(
  listener: TellEvent | undefined,
  clock: Pick<Clock, "now">,
): Observation {
  const telemetry = findTelemetry(clock);
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
      const telling = onEvent === undefined
        ? opener
        : tellingWaits(opener, onEvent);
      return telemetry === undefined
        ? telling
        : new ObservedOpener(telling, telemetry);
    },
  };
}

/** Makes an opener that tells of streams that have to wait. */
function tellingWaits(opener: Opener, tell: TellEvent): Opener {
  return {
    notOpened: (...late) => opener.notOpened(...late),
    open<Request, Response>(
      method: Method<Request, Response>,
      settings: StreamSettings,
      listener: StreamListener<Response>,
    ) {
      const onWait: StreamSettings["onWait"] = (limit) => {
        settings.onWait?.(limit);
        if (limit === undefined) return;
        tell({ type: "stream_waiting", method: method.name, ...limit });
      };
      return opener.open(method, { ...settings, onWait }, listener);
    },
  };
}
