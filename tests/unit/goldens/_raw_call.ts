/** gRPC calls of plain bytes, for requests that `etcdctl` cannot make. */

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
} from "node:http2";

/** One call in progress. */
export interface RawCall {
  /** Sends a message. */
  send(message: Uint8Array): void;
  /** The next reply; fails when the call ends before. */
  next(): Promise<Uint8Array>;
  /** Says that no more is sent, and waits for the end of the call. */
  finish(): Promise<void>;
  /** Leaves the call without waiting. */
  cancel(): void;
}

/** Starts a call. */
export function openCall(session: ClientHttp2Session, path: string): RawCall {
  const stream: ClientHttp2Stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    "te": "trailers",
  });
  const replies = new ReadableStream<Uint8Array>({
    start(controller) {
      stream.on("data", (chunk: Uint8Array) => controller.enqueue(chunk));
      stream.on("end", () => controller.close());
      stream.on("error", (error: Error) => controller.error(error));
    },
  }).getReader();
  let rest: Uint8Array = new Uint8Array(0);

  return {
    send(message) {
      const frame = new Uint8Array(5 + message.length);
      new DataView(frame.buffer).setUint32(1, message.length);
      frame.set(message, 5);
      stream.write(frame);
    },
    async next() {
      for (;;) {
        if (rest.length >= 5) {
          const view = new DataView(rest.buffer, rest.byteOffset);
          const end = 5 + view.getUint32(1);
          if (rest.length >= end) {
            const message = rest.subarray(5, end);
            rest = rest.subarray(end);
            return message;
          }
        }
        const { value, done } = await replies.read();
        if (done) throw new Error(`Cannot read from ${path}: the call ended`);
        const joined = new Uint8Array(rest.length + value.length);
        joined.set(rest);
        joined.set(value, rest.length);
        rest = joined;
      }
    },
    async finish() {
      stream.end();
      while (!(await replies.read()).done);
    },
    cancel() {
      stream.close(constants.NGHTTP2_CANCEL);
    },
  };
}
