/** Frames as they were told, to be compared. */
import type {
  ConnectionError,
  StreamError,
} from "../../../../../balancers/http2/frames/_errors.ts";
import type {
  Frame,
  FrameHandler,
  Goaway,
  Setting,
} from "../../../../../balancers/http2/frames/_frame_handler.ts";
import {
  FrameReader,
  type FrameReaderOptions,
} from "../../../../../balancers/http2/frames/_reader.ts";
import { fromLatin1 } from "../support/_hex.ts";

/** One call of the handler: its name, then what it was given. */
export type Told = readonly [
  keyof FrameHandler,
  ...(readonly (string | number | readonly Setting[] | Goaway)[]),
];

/** A handler that writes down what it is told. */
export class FrameLog implements FrameHandler {
  readonly told: Told[] = [];

  onData(frame: Frame): void {
    this.told.push(["onData", ...shown(frame), frame.flowControlledBytes]);
  }
  onHeaders(frame: Frame): void {
    this.told.push(["onHeaders", ...shown(frame)]);
  }
  onRstStream(streamId: number, errorCode: number): void {
    this.told.push(["onRstStream", streamId, errorCode]);
  }
  onSettings(settings: readonly Setting[]): void {
    this.told.push(["onSettings", settings]);
  }
  onSettingsAck(): void {
    this.told.push(["onSettingsAck"]);
  }
  onPing(high: number, low: number): void {
    this.told.push(["onPing", high, low]);
  }
  onPingAck(high: number, low: number): void {
    this.told.push(["onPingAck", high, low]);
  }
  onGoaway(goaway: Goaway): void {
    this.told.push(["onGoaway", goaway]);
  }
  onWindowUpdate(streamId: number, increment: number): void {
    this.told.push(["onWindowUpdate", streamId, increment]);
  }
  onIgnored(type: number): void {
    this.told.push(["onIgnored", type]);
  }
  onStreamError(error: StreamError): void {
    const { streamId, errorCode } = error;
    this.told.push(["onStreamError", streamId, errorCode]);
  }
}

function shown({ streamId, flags, bytes, start, end }: Frame) {
  return [streamId, flags, fromLatin1(bytes.subarray(start, end))] as const;
}

/** What came of bytes. */
export interface Reading {
  readonly told: readonly Told[];
  /** What it was thrown. */
  readonly error: ConnectionError | undefined;
  readonly unfinished: string | undefined;
}

/** Feeds pieces to a new reader until there are no more, or one is wrong. */
export function readAll(
  pieces: Iterable<Uint8Array>,
  options?: FrameReaderOptions,
): Reading {
  const log = new FrameLog();
  const reader = new FrameReader(log, options);
  try {
    for (const piece of pieces) {
      // What it keeps must be a copy.
      const lent = piece.slice();
      reader.feed(lent);
      lent.fill(0xee);
    }
  } catch (error) {
    const { told } = log;
    return { told, error: error as ConnectionError, unfinished: undefined };
  }
  return {
    told: log.told,
    error: undefined,
    unfinished: reader.unfinished,
  };
}
