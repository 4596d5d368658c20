import type { StreamLimit } from "../stream/mod.ts";
import type { WatchState } from "./types.ts";

/** The new state of a watch whose stream waits at a limit, if it changes. */
export function waitingState(
  state: WatchState,
  limit: StreamLimit | undefined,
): WatchState | undefined {
  switch (state.kind) {
    case "connecting":
      return limit && { kind: "waiting", ...limit, reason: undefined };
    case "reconnecting":
      return limit && { kind: "waiting", ...limit, reason: state.reason };
    case "waiting":
      if (limit !== undefined) return { ...state, ...limit };
      return state.reason === undefined
        ? { kind: "connecting" }
        : { kind: "reconnecting", reason: state.reason };
    default:
      return undefined;
  }
}
