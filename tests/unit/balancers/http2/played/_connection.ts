/** A connection that is played with: by its owner, by its peer, by the wire. */
import { assert, assertEquals } from "@std/assert";
import { nextTick } from "node:process";
import { Connection } from "../../../../../balancers/http2/connection/_connection.ts";
import { SYSTEM_CLOCK } from "../../../../../balancers/transport/mod.ts";
import { ClientSide } from "./_client_side.ts";
import { FakeConn } from "../peer/_fake_conn.ts";
import type { Draws } from "../support/_pieces.ts";
import { PlayedCalls } from "./_calls.ts";
import { PlayedPeer } from "./_peer.ts";
import { damaged, PlayedWire } from "./_wire.ts";
import type { Said } from "./_said.ts";

/** What the owner of a connection is told. */
type Told = "settled" | "down" | "gone";

/** Lets all happen that is due now: what is written in a turn is one write. */
function turn(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}

/**
 * Plays with one connection. Over a wire that is sound, all of it is held
 * against the model; over one that does damage, what must hold in any case.
 */
export class PlayedConnection {
  readonly #draws: Draws;
  readonly #kind: "sound" | "damaging";
  readonly #wire = new PlayedWire();
  readonly #side: ClientSide;
  readonly #peer: PlayedPeer;
  readonly #conn: FakeConn;
  readonly #client: Connection;
  readonly #calls: PlayedCalls;
  readonly #told: Told[] = [];
  /** Whether the owner has ended it: then it is not told that it is down. */
  #left = false;
  /** Whether it takes no calls, as one of both has said. */
  #leaving = false;
  /** What the code of the GOAWAY has to be: the peer was wrong. */
  #errorCode: number | undefined;
  /** What has gone wrong while the client ran, which may catch it. */
  #wrong: unknown;

  constructor(draws: Draws, kind: "sound" | "damaging") {
    this.#draws = draws;
    this.#kind = kind;
    const side = new ClientSide(kind === "sound" ? "known" : "unknown");
    const held = (act: () => void) => {
      try {
        act();
      } catch (error) {
        this.#wrong ??= error;
      }
    };
    this.#side = side;
    this.#peer = new PlayedPeer(draws, side);
    this.#conn = new FakeConn((bytes) => held(() => side.read(bytes)));
    const client = this.#client = new Connection(this.#conn, {
      scope: { scheme: "http", authority: "test:2379" },
      clock: SYSTEM_CLOCK,
      pings: undefined,
      listener: {
        onSettled: () => held(() => this.#tell("settled")),
        onStreams: () => held(() => assert(!this.#isGone, "too late")),
        onDown: () => held(() => this.#tell("down")),
        onTooManyPings: () => {},
        onGone: () => held(() => this.#tell("gone")),
      },
    });
    const amid = () => this.#amid();
    this.#calls = new PlayedCalls({ draws, client, side, held, amid });
  }

  get #isGone(): boolean {
    return this.#told.includes("gone");
  }

  /** Plays to the end; returns what became of calls, in a word each. */
  async play(): Promise<ReadonlySet<string>> {
    await turn();
    this.#wire.push(this.#peer.settings());
    if (!this.#draws.oneIn(5)) this.#deliver(Infinity);
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
    return this.#calls.checkEnds();
  }

  #tell(what: Told): void {
    assert(!this.#told.includes(what), `${what} is told twice`);
    assert(!this.#isGone, `${what} is told after the end`);
    if (what === "settled") assert(!this.#told.includes("down"));
    if (what === "down") assert(!this.#left, "down is told after the end");
    this.#told.push(what);
  }

  #check(): void {
    if (this.#wrong !== undefined) throw this.#wrong;
    if (this.#kind === "damaging") return;
    this.#calls.check(this.#isGone ? "gone" : "counted");
  }

  #step(): void {
    const draws = this.#draws;
    const pick = draws.below(100);
    if (pick < 33) this.#wire.push(this.#peer.say());
    else if (pick < 55) this.#deliver(draws.of([1, 30, 300, 100_000]));
    else if (pick < 85) this.#ask();
    else if (pick < 98) this.#conn.written();
    else if (!draws.mood.calm && draws.oneIn(4)) this.#leave();
  }

  #ask(): void {
    if (!this.#isGone) this.#calls.ask();
  }

  /** What an owner does while it is told of something. */
  #amid(): void {
    if (!this.#draws.oneIn(10) || this.#isGone) return;
    // Over a sound wire nothing that the model knows only afterwards.
    if (this.#kind === "sound") this.#calls.begin();
    else if (this.#draws.oneIn(20)) this.#leave();
    else this.#calls.ask();
  }

  /** Brings some bytes to the client. */
  #deliver(most: number): void {
    const { bytes, whole } = this.#wire.take(most);
    if (this.#conn.closed) return;
    if (this.#kind === "damaging") {
      return this.#conn.deliver(damaged(this.#draws, bytes));
    }
    const applied: Said[] = [];
    for (const said of whole) {
      if (this.#errorCode !== undefined || this.#side.goaway) break;
      const { effect } = said;
      if (effect.kind === "goaway") this.#leaving = true;
      if (effect.kind === "error") this.#errorCode = effect.errorCode;
      this.#calls.apply(effect);
      applied.push(said);
    }
    this.#conn.deliver(bytes);
    // Calls that were begun meanwhile.
    for (const { effect } of applied) {
      if (effect.kind !== "stream") this.#calls.apply(effect);
    }
  }

  #leave(): void {
    this.#left = this.#leaving = true;
    if (this.#draws.oneIn(2)) return this.#client.drain();
    this.#calls.canceled();
    this.#client.abort();
  }

  /** One of the ends that a connection can have. */
  async #end(): Promise<void> {
    if (this.#errorCode !== undefined) {
      await this.#settle();
      const { errorCode } = this.#side.goaway ?? {};
      // One that nobody wants any more may have been closed before.
      if (!this.#leaving) assertEquals(errorCode, this.#errorCode);
    }
    const end = this.#draws.of(["answered", "left", "lost", "ended"]);
    if (end === "answered" && this.#kind === "sound") await this.#answerAll();
    else if (end === "left") this.#leave();
    else if (end === "ended") this.#lose("ended");
    else this.#lose("lost");
    await this.#settle();
    this.#calls.readAll();
    await this.#settle();
    this.#check();
    // Calls may be left that the peer does not end, and messages of which only
    // the client knows.
    this.#lose("lost");
    for (let left = 100; left > 0; left--) {
      await turn();
      if (this.#calls.readOne() === "all ended") break;
    }
    await turn();
    this.#check();
  }

  #lose(how: "lost" | "ended"): void {
    if (this.#conn.closed) return;
    this.#calls.lost();
    if (how === "lost") this.#conn.lose();
    else this.#conn.end();
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
    if (this.#conn.closed) return;
    this.#left = this.#leaving = true;
    this.#client.drain();
    this.#wire.push(this.#peer.settings(1_000_000));
    this.#deliver(Infinity);
    await this.#settle();
    if (this.#errorCode !== undefined || this.#side.goaway) return;
    const ids = [...this.#side.requests.keys()];
    for (const id of [...ids, 0]) {
      this.#wire.push(this.#peer.grant(id, { bytes: 100_000_000 }));
      this.#deliver(Infinity);
      await this.#settle();
    }
    this.#check();
    this.#calls.checkSent();
    for (const id of ids) {
      if (this.#peer.owes(id)) this.#wire.push(this.#peer.finish(id));
    }
    this.#deliver(Infinity);
    assert(this.#side.unanswered === 0 || this.#conn.closed);
    this.#calls.readAll();
    await this.#settle();
    this.#calls.checkClosed();
  }
}
