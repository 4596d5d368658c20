import { Buffer } from "node:buffer";

const PREFIX_BYTES = 5;

/** Puts gRPC's five bytes before a message: not compressed, its length. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(PREFIX_BYTES + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

/** Takes whole messages off a stream of frames. */
export async function* unframe(
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of stream) {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + rest.readUInt32BE(1);
      if (rest.length < end) break;
      yield new Uint8Array(rest.subarray(PREFIX_BYTES, end));
      rest = rest.subarray(end);
    }
  }
}
