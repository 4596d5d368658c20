import type { TransportEvents } from "./_contract.ts";

/**
 * Throws in a microtask of its own what an owner's callback has thrown: it is
 * the program's to hear of, and must not end a connection that others share.
 */
export function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Calls an owner's callback; what it throws is thrown later. */
export function tell(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    rethrow(error);
  }
}

/** The events of an owner, none of which throws. */
export function guardedEvents(
  events: TransportEvents,
): Pick<TransportEvents, "onReady" | "onDown" | "onGone"> {
  return {
    onReady: () => tell(() => events.onReady()),
    onDown: (why) => tell(() => events.onDown(why)),
    onGone: () => tell(() => events.onGone()),
  };
}
