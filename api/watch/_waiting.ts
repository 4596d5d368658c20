import type { StreamLimit } from "../stream/mod.ts";
import type { WatchState } from "./types.ts";

/** What a watch is told of the stream it is to be on. */
export interface WaitingWatch {
  /** It waits for one of so many, or does not any more. */
  waits(limit: StreamLimit | undefined): void;
}

/** Tells watches that the stream they are to be on waits for one itself. */
export class WaitingNotice {
  readonly #watches: ReadonlySet<WaitingWatch>;
  #limit: StreamLimit | undefined;

  constructor(watches: ReadonlySet<WaitingWatch>) {
    this.#watches = watches;
  }

  /** The stream waits, or does not any more. */
  tell(limit: StreamLimit | undefined): void {
    this.#limit = limit;
    for (const watch of [...this.#watches]) watch.waits(limit);
  }

  /** A watch has come; its user does not have it yet. */
  greet(watch: WaitingWatch): void {
    queueMicrotask(() => {
      if (this.#watches.has(watch)) watch.waits(this.#limit);
    });
  }

  /** No stream is wanted any more. */
  clear(): void {
    this.#limit = undefined;
  }
}

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
