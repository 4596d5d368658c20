/** What a client says, read by a peer that forgives nothing. */
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import type {
  Frame,
  FrameHandler,
  Goaway,
  Setting,
} from "../../../../../balancers/http2/frames/_frame_handler.ts";
import { FrameReader } from "../../../../../balancers/http2/frames/_reader.ts";
import { digits, fromLatin1 } from "../support/_hex.ts";
import { BlockReader } from "../hpack/_blocks.ts";

/** A request, as far as it has come. */
export interface Request {
  readonly path: string;
  /** Its messages with their prefixes, a character per byte. */
  body: string;
  /** How much more of it the client may send. */
  window: number;
  state: "open" | "ended" | "reset";
}

/** What the peer's SETTINGS allow; what is not told here is as it was. */
export interface Allowed {
  readonly initialWindow: number;
  readonly maxFrameSize: number;
  readonly maxStreams: number;
  readonly tableSize: number;
}

const UNSET: Allowed = {
  initialWindow: http2.DEFAULT_WINDOW_SIZE,
  maxFrameSize: http2.DEFAULT_MAX_FRAME_SIZE,
  maxStreams: Infinity,
  tableSize: http2.DEFAULT_HEADER_TABLE_SIZE,
};

/**
 * Holds each frame of the client against RFC 9113 and against what the peer has
 * allowed: windows, sizes, numbers of streams. Where the peer's own frames were
 * damaged on their way, nobody knows what it has allowed: `"unknown"`.
 */
export class ClientSide implements FrameHandler {
  readonly #allowance: "known" | "unknown";
  readonly requests: Map<number, Request> = new Map();
  goaway: Goaway | undefined;
  /** Streams that the peer has ended, */
  readonly ended: Set<number> = new Set();
  /** and those of them that it has reset. */
  readonly dropped: Set<number> = new Set();
  readonly #blocks = new BlockReader({ maxListSize: 1_000_000 });
  readonly #reader = new FrameReader(this, { maxFrameSize: 16_777_215 });
  #preface = new Uint8Array(0);
  #window = http2.DEFAULT_WINDOW_SIZE;
  #lastId = 0;
  /** Sent and not acknowledged, behind what is in force. */
  readonly #allowed: Allowed[] = [UNSET];
  /** PINGs that wait for their answer. */
  readonly #pings: number[] = [];

  constructor(allowance: "known" | "unknown") {
    this.#allowance = allowance;
  }

  read(bytes: Uint8Array): void {
    assertEquals(this.goaway, undefined, "something after GOAWAY");
    const missing = http2.PREFACE.length - this.#preface.length;
    if (missing === 0) return this.#reader.feed(bytes);
    this.#preface = bytes.slice(0, missing);
    assertEquals(digits(this.#preface), digits(http2.PREFACE));
    this.#reader.feed(bytes.subarray(missing));
  }

  /** All that was to be said was said to its end. */
  get whole(): boolean {
    return this.#reader.unfinished === undefined;
  }

  /** How many SETTINGS and PINGs wait for their answer. */
  get unanswered(): number {
    return this.#allowed.length - 1 + this.#pings.length;
  }

  /** The peer sends SETTINGS. */
  allow(allowed: Partial<Allowed>): void {
    this.#allowed.push({ ...this.#last, ...allowed });
  }

  /** The peer sends WINDOW_UPDATE. */
  grow(id: number, increment: number): void {
    const request = this.requests.get(id);
    if (id === 0) this.#window += increment;
    else if (request !== undefined) request.window += increment;
  }

  /** The peer sends PING; returns its data. */
  ping(low: number): number {
    this.#pings.push(low);
    return low;
  }

  onHeaders(frame: Frame): void {
    const { streamId, flags, bytes, start, end } = frame;
    assertEquals(streamId % 2, 1);
    assert(streamId > this.#lastId, "an id that is no new one");
    this.#lastId = streamId;
    assertEquals(flags & ~http2.END_HEADERS, 0);
    const fields = this.#blocks.fields(bytes.slice(start, end));
    const { ":path": path = "", ...others } = Object.fromEntries(fields);
    assertEquals(fields.slice(0, 4).map(([name]) => name), [
      ":method",
      ":scheme",
      ":path",
      ":authority",
    ]);
    assertEquals([others["te"], others["content-type"]], [
      "trailers",
      "application/grpc",
    ]);
    const open = [...this.requests].filter(([id, { state }]) =>
      state !== "reset" && !this.ended.has(id)
    );
    const { initialWindow } = this.#allowed[0] ?? UNSET;
    const most = Math.max(...this.#allowed.map(({ maxStreams }) => maxStreams));
    if (this.#allowance === "known") {
      assert(open.length < most, "more streams than allowed");
    }
    this.requests.set(streamId, {
      path,
      body: "",
      window: initialWindow,
      state: "open",
    });
  }

  onData({ streamId, flags, bytes, start, end }: Frame): void {
    const request = this.#request(streamId);
    assertEquals(request.state, "open", "DATA after the end");
    this.#count(request, end - start);
    request.body += fromLatin1(bytes.subarray(start, end));
    if ((flags & http2.END_STREAM) !== 0) request.state = "ended";
  }

  onRstStream(streamId: number): void {
    const request = this.#request(streamId);
    assert(request.state !== "reset", "reset twice");
    request.state = "reset";
  }

  onSettings(settings: readonly Setting[]): void {
    assertEquals(this.requests.size, 0);
    assert(settings.some(({ id }) => id === http2.SETTINGS_ENABLE_PUSH));
  }

  onSettingsAck(): void {
    if (this.#allowance === "unknown") return;
    const [before = UNSET, now] = this.#allowed;
    assert(now !== undefined, "an acknowledgement too much");
    this.#allowed.shift();
    this.#blocks.decoder.setMaxTableSize(now.tableSize);
    for (const request of this.requests.values()) {
      request.window += now.initialWindow - before.initialWindow;
    }
  }

  onPing(): void {
    throw new Error("a PING without need");
  }

  onPingAck(_high: number, low: number): void {
    if (this.#allowance === "unknown") return;
    assertEquals(low, this.#pings.shift());
  }

  onGoaway(goaway: Goaway): void {
    this.goaway = goaway;
  }

  onWindowUpdate(streamId: number): void {
    if (streamId === 0) return;
    assert(this.#request(streamId).state !== "reset", "after RST_STREAM");
  }

  onIgnored(type: number): void {
    throw new Error(`a frame of type ${type}`);
  }

  onStreamError(error: Error): void {
    throw error;
  }

  #count(request: Request, size: number): void {
    if (size === 0 || this.#allowance === "unknown") return;
    const most = Math.max(...this.#allowed.map((one) => one.maxFrameSize));
    assert(size <= most, "a frame that is too large");
    request.window -= size;
    this.#window -= size;
    assert(request.window >= 0, "more than the window of the stream");
    assert(this.#window >= 0, "more than the window of all");
  }

  get #last(): Allowed {
    return this.#allowed.at(-1) ?? UNSET;
  }

  #request(streamId: number): Request {
    const request = this.requests.get(streamId);
    assert(request !== undefined, `stream ${streamId} was never opened`);
    return request;
  }
}
