import type { StreamLimit } from "../stream/mod.ts";
import type { WatchState } from "./types.ts";

/** Where a watch stands whose stream waits so, if that is a change. */
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
