// What a connection does in moments that a socket cannot be made to have.
import { assert, assertEquals } from "@std/assert";
import { nextTick } from "node:process";
import { Connection } from "../../../../../balancers/http2/connection/_connection.ts";
import { SYSTEM_CLOCK } from "../../../../../balancers/transport/mod.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { STREAM_WINDOW_BYTES } from "../../../../../balancers/http2/socket/_windows.ts";
import type { CallStatus } from "../../../../../balancers/transport/mod.ts";
import { FakeConn } from "../peer/_fake_conn.ts";
import { readAll, type Told } from "../frames/_log.ts";
import { hex, latin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { raw, type RawFrame, SERVER_SETTINGS } from "../support/_raw_frame.ts";

const { END_HEADERS, END_STREAM } = http2;
const OK = hex("88 5f10 6170706c69636174696f6e2f67727063");

function turn(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}

/** A connection whose peer does what a test says. */
class Subject {
  readonly #written: Uint8Array[] = [];
  readonly conn: FakeConn;
  readonly client: Connection;

  private constructor() {
    this.conn = new FakeConn((bytes) => void this.#written.push(bytes));
    this.client = new Connection(this.conn, {
      scope: { scheme: "http", authority: "test" },
      clock: SYSTEM_CLOCK,
      pings: undefined,
      listener: {
        onSettled() {},
        onStreams() {},
        onDown() {},
        onTooManyPings() {},
        onGone() {},
      },
    });
  }

  /** One that takes calls, and whose writes are done. */
  static async open(): Promise<Subject> {
    const subject = new Subject();
    await subject.settle();
    subject.conn.deliver(SERVER_SETTINGS);
    await subject.settle();
    return subject;
  }

  say(...frames: readonly RawFrame[]): void {
    this.conn.deliver(raw(...frames));
  }

  /** Has all be written that is due. */
  async settle(): Promise<void> {
    await turn();
    this.conn.written();
    await turn();
  }

  /** What the client has said so far, but for its preface. */
  get said(): readonly Told[] {
    const bytes = joined(...this.#written).subarray(http2.PREFACE.length);
    return readAll([bytes]).told;
  }

  /** Starts a call; its status is there once it has ended. */
  call(request: string): { status?: CallStatus } {
    const ended: { status?: CallStatus } = {};
    this.client.calls.unary("/a", latin1(request), {
      timeoutMs: Infinity,
      headers: undefined,
      onEnd: (answer) => {
        ended.status = answer instanceof Uint8Array
          ? { grpcCode: 0, details: "", reach: "answered" }
          : answer;
      },
    });
    return ended;
  }
}

Deno.test("Connection does not send what it said it never sent", async () => {
  const subject = await Subject.open();
  // In the turn in which the call is made the peer breaks the rules.
  const { said: before } = subject;
  const ended = subject.call("a");
  subject.say({ type: http2.PING, streamId: 1, payload: new Uint8Array(8) });
  await subject.settle();
  assert(ended.status?.reach === "unsent");
  const { said } = subject;
  assertEquals(said.length, before.length + 1);
  assertEquals(said.at(-1)?.[0], "onGoaway");
});

Deno.test("Connection acknowledges SETTINGS before it makes use of them", async () => {
  const subject = await Subject.open();
  const small = { type: http2.SETTINGS, payload: hex("0004 00000002") };
  subject.say(small);
  subject.call("abc");
  await subject.settle();
  const { said: before } = subject;
  assertEquals(before.at(-1), ["onData", 1, 0, "\0\0", 2]);
  subject.say({ ...small, payload: hex("0004 0000ffff") });
  await subject.settle();
  assertEquals(subject.said.slice(before.length), [
    ["onSettingsAck"],
    ["onData", 1, END_STREAM, "\0\0\x03abc", 6],
  ]);
  subject.client.abort();
  await turn();
});

Deno.test("Connection gives no window back for messages that nobody reads, empty ones too", async () => {
  const subject = await Subject.open();
  const got: number[] = [];
  const stream = subject.client.calls.stream("/a", {
    timeoutMs: Infinity,
    headers: undefined,
    onMessage: ({ length }) => void got.push(length),
    onEnd() {},
  });
  await subject.settle();
  const [type, streamId] = [http2.DATA, 1];
  subject.say({
    type: http2.HEADERS,
    flags: END_HEADERS,
    streamId,
    payload: OK,
  });
  // More than half of the window, in messages of five bytes.
  const payload = new Uint8Array(16_000);
  const frames = Math.ceil(STREAM_WINDOW_BYTES / 2 / payload.length);
  for (let left = frames; left > 0; left--) {
    subject.say({ type, streamId, payload });
  }
  await subject.settle();
  const updates = () =>
    subject.said.filter(([name, id]) =>
      name === "onWindowUpdate" && id === streamId
    );
  assertEquals(updates(), []);
  const messages = frames * payload.length / 5;
  for (let left = messages; left > 0; left--) stream.read();
  await subject.settle();
  assertEquals(got.length, messages);
  assertEquals(updates(), [["onWindowUpdate", 1, frames * payload.length]]);
  subject.client.abort();
  await turn();
});

Deno.test("Connection makes UNKNOWN of a grpc-status that is no code", async () => {
  const subject = await Subject.open();
  let streamId = 1;
  for (const text of ["", "abc", "-1", "1e1", "0x5", " 5", "05"]) {
    const ended = subject.call("a");
    await subject.settle();
    const name = joined(hex("00 0b"), latin1("grpc-status"));
    subject.say({
      type: http2.HEADERS,
      flags: END_HEADERS,
      streamId,
      payload: OK,
    }, {
      type: http2.HEADERS,
      flags: END_HEADERS | END_STREAM,
      streamId,
      payload: joined(name, Uint8Array.of(text.length), latin1(text)),
    });
    assertEquals(ended.status?.grpcCode, 2, `'${text}'`);
    streamId += 2;
  }
  subject.client.abort();
  await turn();
});

Deno.test("Connection resets a stream once, whatever comes for it later", async () => {
  const subject = await Subject.open();
  const nothing = {
    type: http2.WINDOW_UPDATE,
    streamId: 1,
    payload: new Uint8Array(4),
  };
  const ended = subject.call("a");
  await subject.settle();
  subject.say(nothing);
  assertEquals(ended.status?.grpcCode, 13);
  subject.say(nothing);
  await subject.settle();
  const resets = subject.said.filter(([name]) => name === "onRstStream");
  assertEquals(resets, [["onRstStream", 1, http2.PROTOCOL_ERROR]]);
  assert(subject.client.ready);
  subject.client.abort();
  await turn();
});

Deno.test("Connection ends the stream alone of a PRIORITY of a wrong size", async () => {
  const subject = await Subject.open();
  const ended = subject.call("a");
  await subject.settle();
  subject.say({ type: http2.PRIORITY, streamId: 1, payload: hex("00000000") });
  assertEquals(ended.status?.grpcCode, 13);
  await subject.settle();
  assertEquals(subject.said.at(-1), ["onRstStream", 1, http2.FRAME_SIZE_ERROR]);
  assert(subject.client.ready);
  subject.client.abort();
  await turn();
});
