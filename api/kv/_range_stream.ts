import type { Clock } from "../../balancers/transport/mod.ts";
import { methods } from "../../proto/methods.ts";
import { timeoutOf } from "../call/mod.ts";
import { toKeyValues } from "../values/mod.ts";
import { rangeRequest } from "./_codec.ts";
import type { ReadRest } from "./_list.ts";
import { type Opener, ServerStream } from "../stream/mod.ts";

/** Reads ranges in parts, from members that have the method for it. */
export function rangeStreams(
  opener: Opener,
  { timeoutMs: defaultMs, clock }: {
    /** The timeout of reads that name none; `Infinity` for no limit. */
    readonly timeoutMs: number;
    /** The time. */
    readonly clock: Pick<Clock, "hold">;
  },
): ReadRest {
  return async function* (range, options) {
    const { signal, timeoutMs, requireLeader = false, headers, ...read } =
      options;
    const stream = new ServerStream(opener, methods.kv.rangeStream, {
      request: rangeRequest(range, read),
      action: "range",
      requireLeader,
      headers,
      needs: methods.kv.rangeStream.since,
      timeoutMs: timeoutOf({ timeoutMs }, defaultMs),
      signal,
      clock,
    });
    try {
      for (;;) {
        const message = await stream.next();
        if (message === undefined) return;
        yield toKeyValues(message.rangeResponse?.kvs ?? []);
      }
    } finally {
      stream.end(undefined);
    }
  };
}
