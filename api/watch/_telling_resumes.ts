import type { EtcdError } from "../../errors/etcd_error.ts";
import type { TellEvent } from "../events.ts";
import type { ResolvedWatchOptions } from "./_options.ts";

/** Options of a watch that also tells the client when it goes on. */
export function tellingResumes(
  options: ResolvedWatchOptions,
  tell: TellEvent,
  cursor: () => bigint | undefined,
): ResolvedWatchOptions {
  let interruption: EtcdError | undefined;
  return {
    ...options,
    onStateChange(state) {
      if (state.kind === "reconnecting") interruption = state.reason;
      if (state.kind === "live" && interruption !== undefined) {
        const { code } = interruption;
        interruption = undefined;
        const { endpoint } = state;
        tell({ type: "watch_resumed", endpoint, cursor: cursor(), code });
      }
      options.onStateChange(state);
    },
  };
}
