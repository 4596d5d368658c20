/** Frames byte by byte, right or wrong, as no writer would make them. */
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { joined } from "../../../support/_joined.ts";

/** What a frame's head says, and what follows it. */
export interface RawFrame {
  readonly type: number;
  /** @default {0} */
  readonly flags?: number;
  /** @default {0} */
  readonly streamId?: number;
  /** @default {no bytes} */
  readonly payload?: Uint8Array;
  /** What the head says of the payload's length. @default {the truth} */
  readonly length?: number;
}

/** The bytes of frames. */
export function raw(...frames: readonly RawFrame[]): Uint8Array<ArrayBuffer> {
  return joined(...frames.map((frame) => {
    const { type, flags = 0, streamId = 0, payload = new Uint8Array(0) } =
      frame;
    const head = new DataView(new ArrayBuffer(http2.FRAME_HEAD_BYTES));
    const length = frame.length ?? payload.length;
    head.setUint8(0, length >> 16);
    head.setUint16(1, length & 0xffff);
    head.setUint8(3, type);
    head.setUint8(4, flags);
    head.setUint32(5, streamId);
    return joined(new Uint8Array(head.buffer), payload);
  }));
}

/** What a server says first. */
export const SERVER_SETTINGS: Uint8Array<ArrayBuffer> = raw({
  type: http2.SETTINGS,
});
