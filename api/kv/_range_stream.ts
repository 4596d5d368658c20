import { methods } from "../../proto/methods.ts";
import { checkTimeoutMs } from "../checks/_check.ts";
import { toKeyValues } from "../values/key_value.ts";
import { rangeRequest } from "./_codec.ts";
import type { ReadRest } from "./_list.ts";
import { ServerStream } from "../stream/_server_stream.ts";
import type { Opener } from "../stream/_opener.ts";

/** Reads ranges in parts, from members that have the method for it. */
export function rangeStreams(
  opener: Opener,
  defaultMs: number,
): ReadRest {
  return async function* (range, options) {
    const { signal, timeoutMs, requireLeader = false, ...read } = options;
    const stream = new ServerStream(opener, methods.kv.rangeStream, {
      request: rangeRequest(range, read),
      action: "range",
      requireLeader,
      needs: methods.kv.rangeStream.since,
      timeoutMs: timeoutMs === undefined
        ? defaultMs
        : checkTimeoutMs("timeoutMs", timeoutMs),
      signal,
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
