import { type Clock, onAbort } from "../../balancers/transport/mod.ts";
import { methods } from "../../proto/methods.ts";
import { keyId, type KeyValue, toKeyValue } from "../values/mod.ts";
import { type Opener, ReconnectingStream } from "../stream/mod.ts";
import { LeaderQueue } from "./_leader_queue.ts";
import type { ObserveOptions } from "./election_types.ts";

/** Parts of an observation. */
export interface ObservingParts {
  /** Opens the streams. */
  readonly opener: Opener;
  /** Time and randomness. */
  readonly clock: Clock;
}

/** Follows an election on one stream after another. */
export async function* observeElection(
  name: Uint8Array,
  { signal }: ObserveOptions,
  parts: ObservingParts,
): AsyncGenerator<KeyValue, void, undefined> {
  signal?.throwIfAborted();
  const leaders = new LeaderQueue();
  const stream = leaderStream(name, leaders, parts);
  const unlink = onAbort(signal, (reason) => {
    stream.stop();
    leaders.end(reason, "drop");
  });
  let last = "";
  try {
    stream.start();
    for (;;) {
      const leader = await leaders.next();
      // Each stream begins with the leader that the one before it had last.
      // A restored store may have another value at the same revision.
      const { modRevision, key, value } = leader;
      const id = [modRevision, keyId(key), keyId(value)].join();
      if (id === last) continue;
      last = id;
      yield leader;
    }
  } finally {
    stream.stop();
    unlink();
  }
}

/** Puts the leaders of an election into a queue. */
function leaderStream(
  name: Uint8Array,
  leaders: LeaderQueue,
  { opener, clock }: ObservingParts,
) {
  return new ReconnectingStream(methods.election.observe, {
    opener,
    clock,
    action: "observe the election",
    requireLeader: true,
    listener: {
      onOpen: (stream) => stream.send({ name }),
      onMessage: ({ kv }) => {
        if (kv) leaders.push(toKeyValue(kv));
      },
      onEnd: () => {},
      onFailed: (error) => leaders.end(error, "keep"),
    },
  });
}
