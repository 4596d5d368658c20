/** Frames of HTTP/2, and bytes that hold them. */
import { FRAME } from "../../../../testing/proxy/_frame_reader.ts";

/** What a client says first. */
export const PREFACE: Uint8Array<ArrayBuffer> = new TextEncoder().encode(
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
);

/** The head of a frame. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly length: number;
}

/** What each side says next. */
export const SETTINGS: Frame = { type: FRAME.settings, flags: 0, length: 18 };

/** A ping, not an answer to one. */
export const PING: Frame = { type: FRAME.ping, flags: 0, length: 8 };

/** A frame whose payload would be taken for heads of PINGs. */
export function encode({ type, flags, length }: Frame): Uint8Array {
  const bytes = new Uint8Array(9 + length).fill(FRAME.ping);
  bytes.set([length >> 16, length >> 8, length, type, flags, 0, 0, 0, 0]);
  return bytes;
}
