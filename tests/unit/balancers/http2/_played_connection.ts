/** A connection that is played with: by its owner, by its peer, by the wire. */
import { assert, assertEquals } from "@std/assert";
import { nextTick } from "node:process";
import { Connection } from "../../../../balancers/http2/_connection.ts";
import { GRPC_CODE } from "../../../../errors/codes.ts";
import { ClientSide } from "./_client_side.ts";
import { FakeConn } from "./_fake_conn.ts";
import { joined, latin1 } from "./_hex.ts";
import type { Draws } from "./_pieces.ts";
import { framed, PlayedCall } from "./_played_call.ts";
import { PlayedPeer, type Said } from "./_played_peer.ts";

/** What the owner of a connection is told. */
type Told = "settled" | "down" | "gone";

/** Lets all happen that is due now: what is written in a turn is one write. */
function turn(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}

/** What became of a call: who ended it, and how. */
function outcome({ kind, status }: PlayedCall): string {
  const { grpcCode, answered = true, unprocessed, sent } = status ?? {};
  const who = sent === false
    ? "unsent"
    : unprocessed
    ? "unprocessed"
    : answered
    ? "answered"
    : "broken";
  return `${kind} ${who} ${grpcCode}`;
}

/** Plays with one connection, and holds it against the model. */
export class PlayedConnection {
  readonly #draws: Draws;
  readonly #wire: "sound" | "damaging";
  readonly #side: ClientSide;
  readonly #peer: PlayedPeer;
  readonly #conn: FakeConn;
  readonly #client: Connection;
  readonly #calls: PlayedCall[] = [];
  /** On its way to the client. */
  #pipe: Said[] = [];
  /** How much of the first of it has come. */
  #come = 0;
  readonly #told: Told[] = [];
  #nextId = 1;
  /** Whether the owner has ended it: then it is not told that it is down. */
  #left = false;
  /** Whether it takes no calls, as one of both has said. */
  #leaving = false;
  /** What the code of the GOAWAY has to be. */
  #errorCode: number | undefined;
  #state: "open" | "lost" = "open";
  #wrong: unknown;

  constructor(draws: Draws, wire: "sound" | "damaging") {
    this.#draws = draws;
    this.#wire = wire;
    const sound = wire === "sound";
    const side = this.#side = new ClientSide(sound ? "known" : "unknown");
    this.#peer = new PlayedPeer(draws, side);
    this.#conn = new FakeConn((bytes) => this.#held(() => side.read(bytes)));
    this.#client = new Connection(this.#conn, {
      scope: { scheme: "http", authority: "test:2379" },
      pings: undefined,
      listener: {
        onSettled: () => this.#held(() => this.#tell("settled")),
        onStreams: () =>
          this.#held(() => assert(!this.#told.includes("gone"), "too late")),
        onDown: () => this.#held(() => this.#tell("down")),
        onTooManyPings: () => {},
        onGone: () => this.#held(() => this.#tell("gone")),
      },
    });
  }

  /** Plays to the end; returns what became of calls, in a word each. */
  async play(): Promise<ReadonlySet<string>> {
    await turn();
    this.#pipe.push(this.#peer.settings());
    for (let left = 10 + this.#draws.below(50); left > 0; left--) {
      this.#step();
      if (this.#draws.oneIn(4)) continue;
      await turn();
      this.#check();
    }
    await this.#end();
    // What this side holds of it is over.
    assertEquals(this.#client.calls.inFlight, 0);
    assert(this.#conn.closed, "the connection is open");
    assertEquals(this.#told.at(-1), "gone");
    for (const { status, id } of this.#calls) {
      assert(status !== undefined, `call ${id} has no end`);
      if (status.sent ?? true) continue;
      assert(!this.#side.requests.has(id), `${id} was sent: ${status.details}`);
    }
    return new Set(this.#calls.map(outcome));
  }

  /** Keeps what goes wrong while the client runs, which may catch it. */
  #held(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#wrong ??= error;
    }
  }

  #tell(what: Told): void {
    assert(!this.#told.includes(what), `${what} is told twice`);
    assert(!this.#told.includes("gone"), `${what} is told after the end`);
    if (what === "settled") assert(!this.#told.includes("down"));
    if (what === "down") assert(!this.#left, "down is told after the end");
    this.#told.push(what);
  }

  #check(): void {
    if (this.#wrong !== undefined) throw this.#wrong;
    if (this.#wire === "damaging") return;
    for (const call of this.#calls) {
      call.check();
      call.checkRequest(this.#side.requests.get(call.id));
    }
    if (this.#told.includes("gone")) return;
    const running = this.#calls.filter(({ status }) => status === undefined);
    assertEquals(this.#client.calls.inFlight, running.length);
  }

  #step(): void {
    const draws = this.#draws;
    const pick = draws.below(100);
    if (pick < 45) this.#pipe.push(this.#peer.say());
    else if (pick < 70) this.#deliver(draws.of([1, 30, 300, 100_000]));
    else if (pick < 85) this.#ask();
    else if (pick < 98) this.#conn.written();
    else if (draws.oneIn(4)) this.#leave();
  }

  /** Something that an owner of calls does. */
  #ask(): void {
    const draws = this.#draws;
    const call = this.#calls[draws.below(this.#calls.length)];
    if (call === undefined || draws.oneIn(3)) return this.#call();
    switch (draws.below(8)) {
      case 0:
        return call.cancel();
      case 1:
      case 2:
        if (call.kind === "stream") call.send(this.#message());
        return;
      case 3:
        if (call.kind === "stream") call.halfClose();
        return;
      default:
        if (call.kind === "stream") call.read();
    }
  }

  #message(): string {
    const draws = this.#draws;
    const length = draws.oneIn(12) ? draws.below(100_000) : draws.below(40);
    return String.fromCharCode(draws.below(256)).repeat(length);
  }

  #call(): void {
    if (this.#told.includes("gone")) return;
    const draws = this.#draws;
    const timeoutMs = draws.of([Infinity, Infinity, 60_000, 59_999, 0]);
    const client = this.#client;
    const free = client.ready && timeoutMs > 0 &&
      client.calls.freeStreams > 0;
    const id = free ? this.#nextId : 0;
    if (free) this.#nextId += 2;
    const path = `/${this.#calls.length % 7}`;
    const call = new PlayedCall(draws.of(["unary", "stream"]), { id, path });
    if (!free) {
      const grpcCode = !client.ready
        ? GRPC_CODE.unavailable
        : timeoutMs <= 0
        ? GRPC_CODE.deadlineExceeded
        : GRPC_CODE.resourceExhausted;
      call.answer.finish({ grpcCode, answered: false, sent: false });
    }
    this.#calls.push(call);
    const settings = { timeoutMs, headers: undefined };
    call.running = call.quietly(() => {
      if (call.kind === "stream") {
        return client.calls.stream(path, {
          ...settings,
          onMessage: (message) =>
            this.#held(() => {
              call.onMessage(message);
              this.#amid();
            }),
          onEnd: (status) =>
            this.#held(() => {
              call.onEnd(status);
              this.#amid();
            }),
        });
      }
      const message = this.#message();
      call.halfClosed = true;
      call.body = framed(message);
      const request = latin1(message);
      return client.calls.unary(path, request, {
        ...settings,
        onEnd: (answer) =>
          this.#held(() => {
            const isReply = answer instanceof Uint8Array;
            if (isReply) call.onMessage(answer);
            call.onEnd(
              isReply ? { grpcCode: GRPC_CODE.ok, details: "" } : answer,
            );
            this.#amid();
          }),
      });
    });
  }

  /** What an owner does while it is told of something. */
  #amid(): void {
    const draws = this.#draws;
    if (!draws.oneIn(10)) return;
    if (this.#wire === "sound") return this.#call();
    if (draws.oneIn(20)) this.#leave();
    else this.#ask();
  }

  /** Brings some bytes to the client. */
  #deliver(most: number): void {
    const parts: Uint8Array[] = [];
    const whole: Said[] = [];
    let left = most;
    while (left > 0 && this.#pipe.length > 0) {
      const [said] = this.#pipe;
      if (said === undefined) break;
      const part = said.bytes.subarray(this.#come, this.#come + left);
      parts.push(part);
      left -= part.length;
      this.#come += part.length;
      if (this.#come < said.bytes.length) break;
      this.#pipe.shift();
      this.#come = 0;
      whole.push(said);
    }
    if (this.#conn.closed) return;
    if (this.#wire === "damaging") {
      return this.#conn.deliver(this.#damaged(joined(...parts)));
    }
    const applied: Said[] = [];
    for (const said of whole) {
      if (this.#state === "lost" || this.#side.goaway !== undefined) break;
      this.#apply(said);
      applied.push(said);
    }
    this.#conn.deliver(joined(...parts));
    // Calls that were begun meanwhile.
    for (const said of applied) {
      if (said.effect.kind !== "stream") this.#apply(said);
    }
  }

  /** What the model makes of it. */
  #apply({ effect }: Said): void {
    switch (effect.kind) {
      case "stream": {
        const call = this.#calls.find(({ id }) => id === effect.id);
        if (call !== undefined) effect.apply(call.answer);
        return;
      }
      case "goaway":
        this.#leaving = true;
        for (const { id, answer } of this.#calls) {
          if (id <= effect.lastStreamId) continue;
          const grpcCode = GRPC_CODE.unavailable;
          answer.finish({ grpcCode, answered: false, unprocessed: true });
        }
        return;
      case "error":
        this.#errorCode ??= effect.errorCode;
        this.#lost();
    }
  }

  #lost(): void {
    this.#state = "lost";
    for (const { id, answer } of this.#calls) {
      answer.finish({
        grpcCode: GRPC_CODE.unavailable,
        answered: false,
        sent: this.#side.requests.has(id),
      });
    }
  }

  #damaged(bytes: Uint8Array): Uint8Array {
    const draws = this.#draws;
    if (bytes.length === 0 || !draws.oneIn(3)) return bytes;
    const at = draws.below(bytes.length);
    const to = at + draws.mostlySmall(bytes.length - at);
    switch (draws.below(5)) {
      case 0:
        return bytes.with(at, draws.below(256));
      case 1:
        return joined(bytes.subarray(0, at), bytes.subarray(to));
      case 2:
        return joined(bytes.subarray(0, to), bytes.subarray(at));
      case 3:
        return joined(bytes.subarray(at), bytes.subarray(0, at));
      default:
        return joined(
          bytes.subarray(0, at),
          draws.bytes(12),
          bytes.subarray(at),
        );
    }
  }

  #leave(): void {
    this.#left = this.#leaving = true;
    if (this.#draws.oneIn(2)) return this.#client.drain();
    for (const call of this.#calls) call.modelCancel();
    this.#client.abort();
  }

  /** One of the ends that a connection can have. */
  async #end(): Promise<void> {
    const draws = this.#draws;
    if (this.#errorCode !== undefined) {
      await this.#settle();
      const { errorCode } = this.#side.goaway ?? {};
      // One that nobody wants any more may have been closed before.
      if (!this.#leaving) assertEquals(errorCode, this.#errorCode);
    }
    const end = draws.of(["answered", "left", "lost", "ended"]);
    if (end === "answered" && this.#wire === "sound") await this.#answerAll();
    else if (end === "left") this.#leave();
    if (!this.#conn.closed) {
      if (end === "lost" || end === "ended") this.#lost();
      if (end === "lost") this.#conn.lose();
      if (end === "ended") this.#conn.end();
    }
    await this.#settle();
    for (const call of this.#calls) {
      const { length } = call.answer.messages;
      for (let left = length; left >= 0; left--) call.read();
    }
    await this.#settle();
    this.#check();
    // Calls may be left that the peer does not end, and messages of which only
    // the client knows.
    if (!this.#conn.closed) {
      this.#lost();
      this.#conn.lose();
      await this.#settle();
    }
    for (let left = 100; left > 0; left--) {
      const call = this.#calls.find(({ status }) => status === undefined);
      if (call === undefined) break;
      call.read();
      await turn();
    }
    await turn();
    this.#check();
  }

  /** All that is due to be written is, and all that is due to be told. */
  async #settle(): Promise<void> {
    for (let left = 10; left > 0; left--) {
      await turn();
      this.#conn.written();
    }
    await turn();
  }

  /** A peer that reads, gives room for all requests, and answers them. */
  async #answerAll(): Promise<void> {
    this.#left = this.#leaving = true;
    this.#client.drain();
    this.#pipe.push(this.#peer.settings(1_000_000));
    this.#deliver(Infinity);
    await this.#settle();
    if (this.#state === "lost" || this.#side.goaway !== undefined) return;
    this.#pipe.push(this.#peer.grant(0, { bytes: 100_000_000 }));
    for (const id of this.#side.requests.keys()) {
      this.#pipe.push(this.#peer.grant(id, { bytes: 100_000_000 }));
    }
    this.#deliver(Infinity);
    await this.#settle();
    this.#check();
    for (const call of this.#calls) {
      const request = this.#side.requests.get(call.id);
      if (call.answer.end !== undefined) continue;
      assert(request !== undefined, `request ${call.id} was not sent`);
      assertEquals(call.checkRequest(request), "whole");
    }
    for (const id of this.#side.requests.keys()) {
      if (this.#peer.owes(id)) this.#pipe.push(this.#peer.finish(id));
    }
    this.#deliver(Infinity);
    assert(this.#side.unanswered === 0 || this.#conn.closed);
  }
}
