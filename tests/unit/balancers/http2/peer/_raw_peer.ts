/** A server that says byte by byte what a test tells it to. */
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { TcpPeer, writeAll } from "../../../support/_tcp_peer.ts";
import { latin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { raw, type RawFrame } from "../support/_raw_frame.ts";

/** A frame as the client sent it. */
export interface Heard {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Uint8Array;
}

/** A header block of literals that change no table. */
export function block(fields: Readonly<Record<string, string>>): Uint8Array {
  return joined(
    ...Object.entries(fields).flatMap(([name, value]) => [
      Uint8Array.of(0, name.length),
      latin1(name),
      Uint8Array.of(value.length),
      latin1(value),
    ]),
  );
}

/** What an answer of gRPC begins with. */
export const ANSWER = { ":status": "200", "content-type": "application/grpc" };

/** HEADERS in one frame. */
export function headers(
  streamId: number,
  fields: Readonly<Record<string, string>>,
  flags = 0,
): RawFrame {
  const type = http2.HEADERS;
  return {
    type,
    streamId,
    flags: http2.END_HEADERS | flags,
    payload: block(fields),
  };
}

/** The end of an answer. */
export function trailers(
  streamId: number,
  fields: Readonly<Record<string, string>> = { "grpc-status": "0" },
): RawFrame {
  return headers(streamId, fields, http2.END_STREAM);
}

/** DATA of bytes as they are. */
export function data(streamId: number, payload: Uint8Array): RawFrame {
  return { type: http2.DATA, streamId, payload };
}

/** A message with its prefix. */
export function message(text: string | Uint8Array): Uint8Array {
  const bytes = typeof text === "string" ? latin1(text) : text;
  const prefix = new DataView(new ArrayBuffer(5));
  prefix.setUint32(1, bytes.length);
  return joined(new Uint8Array(prefix.buffer), bytes);
}

/** A whole answer with one message. */
export function answer(streamId: number, text: string): readonly RawFrame[] {
  return [
    headers(streamId, ANSWER),
    data(streamId, message(text)),
    trailers(streamId),
  ];
}

/** A number of 32 bits. */
export function number(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** SETTINGS of pairs of an identifier and a value. */
export function settings(...pairs: readonly [number, number][]): RawFrame {
  const payload = joined(
    ...pairs.flatMap(([id, value]) => [Uint8Array.of(0, id), number(value)]),
  );
  return { type: http2.SETTINGS, payload };
}

/** A GOAWAY. */
export function goaway(
  lastStreamId: number,
  errorCode: number = http2.NO_ERROR,
  text = "",
): RawFrame {
  const payload = joined(number(lastStreamId), number(errorCode), latin1(text));
  return { type: http2.GOAWAY, payload };
}

/** A RST_STREAM. */
export function reset(streamId: number, errorCode: number): RawFrame {
  return { type: http2.RST_STREAM, streamId, payload: number(errorCode) };
}

/** A WINDOW_UPDATE. */
export function windowUpdate(streamId: number, increment: number): RawFrame {
  return { type: http2.WINDOW_UPDATE, streamId, payload: number(increment) };
}

/** One connection of the peer. */
export class RawConnection {
  /** What the client has sent, but for its preface. */
  readonly heard: Heard[] = [];
  readonly #conn: Deno.Conn;
  #unread: Uint8Array = new Uint8Array(0);
  #wake = Promise.withResolvers<void>();
  #state: "preface" | "frames" | "ended" = "preface";

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Whether the client has ended its side. */
  get ended(): boolean {
    return this.#state === "ended";
  }

  /** Says frames, in one write. */
  say(...frames: readonly RawFrame[]): Promise<void> {
    return writeAll(this.#conn, raw(...frames));
  }

  /** Says bytes. */
  bytes(bytes: Uint8Array): Promise<void> {
    return writeAll(this.#conn, bytes);
  }

  /** Sends no more, and goes on to read. */
  finish(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** Resolves with the frame that fits, once it is there. */
  async until(fits: (frame: Heard) => boolean): Promise<Heard> {
    for (let at = 0;; at++) {
      for (; at < this.heard.length; at++) {
        const frame = this.heard[at] as Heard;
        if (fits(frame)) return frame;
      }
      if (this.ended) throw new Error("The client has closed the connection");
      await this.#wake.promise;
      at--;
    }
  }

  /** Resolves with the next frame of a type on a stream, once it is there. */
  frame(type: number, streamId = 0): Promise<Heard> {
    return this.until((frame) =>
      frame.type === type && frame.streamId === streamId
    );
  }

  /** Resolves when the client has ended its side. */
  async end(): Promise<void> {
    while (!this.ended) await this.#wake.promise;
  }

  /** Reads to the end. */
  async run(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const size = await this.#conn.read(buffer);
        if (size === null) break;
        this.#unread = joined(this.#unread, buffer.subarray(0, size));
        this.#parse();
        this.#tell();
      }
    } finally {
      this.#state = "ended";
      this.#tell();
    }
  }

  #tell(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  #parse(): void {
    if (this.#state === "preface") {
      if (this.#unread.length < http2.PREFACE.length) return;
      this.#unread = this.#unread.subarray(http2.PREFACE.length);
      this.#state = "frames";
    }
    while (this.#unread.length >= http2.FRAME_HEAD_BYTES) {
      const view = new DataView(this.#unread.buffer, this.#unread.byteOffset);
      const end = http2.FRAME_HEAD_BYTES + (view.getUint32(0) >>> 8);
      if (this.#unread.length < end) return;
      this.heard.push({
        type: view.getUint8(3),
        flags: view.getUint8(4),
        streamId: view.getUint32(5),
        payload: this.#unread.slice(http2.FRAME_HEAD_BYTES, end),
      });
      this.#unread = this.#unread.subarray(end);
    }
  }
}

/** Listens; each connection is handed to the test. */
export class RawPeer implements AsyncDisposable {
  readonly #tcp: TcpPeer;
  readonly #accepted: RawConnection[] = [];
  #wake = Promise.withResolvers<void>();

  constructor() {
    this.#tcp = new TcpPeer(async (conn) => {
      const connection = new RawConnection(conn);
      this.#accepted.push(connection);
      this.#wake.resolve();
      await connection.run();
    });
  }

  /** `127.0.0.1:PORT`. */
  get address(): string {
    return this.#tcp.address;
  }

  /** Resolves with the next connection. */
  async accept(): Promise<RawConnection> {
    while (this.#accepted.length === 0) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
    return this.#accepted.shift() as RawConnection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tcp.close();
  }
}
