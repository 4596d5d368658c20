/** The events of a frame reader; types only. */
import type { StreamError } from "./_errors.ts";
import type { Octets } from "./_octets.ts";

/** A setting: its identifier, and a value of 32 bits. */
export interface Setting {
  readonly id: number;
  readonly value: number;
}

/**
 * A frame that carries bytes: its payload, without padding and priority. There
 * is one object per reader: it, and the bytes it shows, are good until the
 * handler returns.
 */
export interface Frame extends Octets {
  /** As sent; of a HEADERS that CONTINUATIONs follow, those of the HEADERS. */
  readonly flags: number;
  /** Never 0. Whether such a stream can be is for the handler to say. */
  readonly streamId: number;
  /**
   * The bytes that count for flow control: the whole payload, padding included.
   */
  readonly flowControlledBytes: number;
}

/** Why and where a peer ends a connection. */
export interface Goaway {
  readonly lastStreamId: number;
  readonly errorCode: number;
  /** The debug data as text: bytes that are no UTF-8 are replaced. */
  readonly debugText: string;
}

/** Is told of frames, in the order in which they came. */
export interface FrameHandler {
  /** DATA (6.1). */
  onData(frame: Frame): void;
  /** A header block: HEADERS (6.2) with its CONTINUATIONs (6.10). */
  onHeaders(frame: Frame): void;
  /** RST_STREAM (6.4). */
  onRstStream(streamId: number, errorCode: number): void;
  /** SETTINGS (6.5), each value within its bounds. */
  onSettings(settings: readonly Setting[]): void;
  /** SETTINGS with ACK. */
  onSettingsAck(): void;
  /** PING (6.7); its opaque data as two numbers of 32 bits. */
  onPing(high: number, low: number): void;
  /** PING with ACK. */
  onPingAck(high: number, low: number): void;
  /** GOAWAY (6.8). */
  onGoaway(goaway: Goaway): void;
  /** WINDOW_UPDATE (6.9), `increment` being above 0; stream 0: all of them. */
  onWindowUpdate(streamId: number, increment: number): void;
  /** PRIORITY, and types that are not known: they mean nothing (5.5). */
  onIgnored(type: number): void;
  /** A frame that is wrong, but for its own stream only. */
  onStreamError(error: StreamError): void;
}
