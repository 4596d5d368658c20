/** The owner of a played connection: what it asks for, and is to get. */
import { assert, assertEquals } from "@std/assert";
import type { Connection } from "../../../../../balancers/http2/connection/_connection.ts";
import type { CallStatus } from "../../../../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../../../../errors/codes.ts";
import type { ClientSide } from "./_client_side.ts";
import { latin1 } from "../support/_hex.ts";
import type { Draws } from "../support/_pieces.ts";
import { framed, PlayedCall } from "./_call.ts";
import type { Effect } from "./_said.ts";

/** How a unary call ends that has a reply. */
const WELL: CallStatus = {
  grpcCode: GRPC_CODE.ok,
  details: "",
  reach: "answered",
};

/** What the calls of a connection are played with. */
export interface PlayedCallsParts {
  readonly draws: Draws;
  readonly client: Connection;
  readonly side: ClientSide;
  /** Runs what the client calls, and keeps what goes wrong. */
  held(act: () => void): void;
  /** Something is told: the owner may do more. */
  amid(): void;
}

/** All calls of one connection. */
export class PlayedCalls {
  readonly #parts: PlayedCallsParts;
  readonly #calls: PlayedCall[] = [];
  #nextId = 1;

  constructor(parts: PlayedCallsParts) {
    this.#parts = parts;
  }

  /** Does something that an owner of calls does. */
  ask(): void {
    const { draws } = this.#parts;
    const call = this.#calls[draws.below(this.#calls.length)];
    const few = this.#calls.length < 4;
    if (call === undefined || draws.oneIn(few ? 2 : 5)) return this.begin();
    const pick = draws.below(8);
    if (pick === 0) return call.cancel();
    if (call.kind === "unary") return;
    if (pick < 3) call.send(this.#message());
    else if (pick === 3) call.halfClose();
    else call.read();
  }

  /** Begins a call, or asks for one where none can be. */
  begin(): void {
    const { draws, client } = this.#parts;
    const timeoutMs = draws.of([Infinity, Infinity, 60_000, 59_999, 0]);
    const grpcCode = !client.ready
      ? GRPC_CODE.unavailable
      : timeoutMs <= 0
      ? GRPC_CODE.deadlineExceeded
      : client.calls.freeStreams <= 0
      ? GRPC_CODE.resourceExhausted
      : undefined;
    const id = grpcCode === undefined ? this.#nextId : 0;
    if (grpcCode === undefined) this.#nextId += 2;
    const path = `/${this.#calls.length % 7}`;
    const call = new PlayedCall(draws.of(["unary", "stream"]), { id, path });
    if (grpcCode !== undefined) {
      call.answer.finish({ grpcCode, reach: "unsent" });
    }
    this.#calls.push(call);
    call.running = call.quietly(() =>
      call.kind === "unary"
        ? this.#unary(call, timeoutMs)
        : this.#stream(call, timeoutMs)
    );
  }

  /** What the peer says of a stream, or of all. */
  apply(effect: Effect): void {
    if (effect.kind === "stream") {
      const call = this.#calls.find(({ id }) => id === effect.id);
      if (call !== undefined) effect.apply(call.answer);
    } else if (effect.kind === "goaway") {
      for (const { id, answer } of this.#calls) {
        if (id <= effect.lastStreamId) continue;
        const grpcCode = GRPC_CODE.unavailable;
        answer.finish({ grpcCode, reach: "unprocessed" });
      }
    } else if (effect.kind === "error") this.lost();
  }

  /** The connection is lost. */
  lost(): void {
    for (const { id, answer } of this.#calls) {
      answer.finish({
        grpcCode: GRPC_CODE.unavailable,
        reach: this.#parts.side.requests.has(id) ? "unanswered" : "unsent",
      });
    }
  }

  /** The owner has given the connection up. */
  canceled(): void {
    for (const call of this.#calls) call.modelCancel();
  }

  /** Reads all that there is. */
  readAll(): void {
    for (const call of this.#calls) {
      const { length } = call.answer.messages;
      for (let left = length; left >= 0; left--) call.read();
    }
  }

  /** Reads one more message where there is no end yet; whether there is one. */
  readOne(): "read" | "all ended" {
    const call = this.#calls.find(({ status }) => status === undefined);
    call?.read();
    return call === undefined ? "all ended" : "read";
  }

  /** That all has come as far as it can have; `gone`: nobody counts any more. */
  check(state: "counted" | "gone"): void {
    const { client, side } = this.#parts;
    for (const call of this.#calls) {
      call.check();
      call.checkRequest(side.requests.get(call.id));
    }
    if (state === "gone") return;
    const running = this.#calls.filter(({ status }) => status === undefined);
    assertEquals(client.calls.inFlight, running.length);
  }

  /** That each request was sent to its end, where nothing has ended it. */
  checkSent(): void {
    for (const call of this.#calls) {
      if (call.answer.end !== undefined) continue;
      const request = this.#parts.side.requests.get(call.id);
      assert(request !== undefined, `request ${call.id} was not sent`);
      assertEquals(call.checkRequest(request), "whole");
    }
  }

  /** That no stream is left half open, which the peer would have to keep. */
  checkClosed(): void {
    const { requests, dropped } = this.#parts.side;
    for (const { id, status } of this.#calls) {
      if (dropped.has(id) || status?.reach === "unprocessed") continue;
      assert(requests.get(id)?.state !== "open", `stream ${id} is open`);
    }
  }

  /** That each call has ended, and what it has said of itself is true. */
  checkEnds(): ReadonlySet<string> {
    for (const { status, id } of this.#calls) {
      assert(status !== undefined, `call ${id} has no end`);
      if (status.reach !== "unsent") continue;
      const isSent = this.#parts.side.requests.has(id);
      assert(!isSent, `${id} was sent: ${status.details}`);
    }
    return new Set(this.#calls.map(outcome));
  }

  #unary(call: PlayedCall, timeoutMs: number) {
    const { client, held, amid } = this.#parts;
    const message = this.#message();
    call.halfClosed = true;
    call.body = framed(message);
    return client.calls.unary(call.path, latin1(message), {
      timeoutMs,
      headers: undefined,
      onEnd: (answer) =>
        held(() => {
          const isReply = answer instanceof Uint8Array;
          if (isReply) call.onMessage(answer);
          call.onEnd(isReply ? WELL : answer);
          amid();
        }),
    });
  }

  #stream(call: PlayedCall, timeoutMs: number) {
    const { client, held, amid } = this.#parts;
    return client.calls.stream(call.path, {
      timeoutMs,
      headers: undefined,
      onMessage: (message) =>
        held(() => {
          call.onMessage(message);
          amid();
        }),
      onEnd: (status) =>
        held(() => {
          call.onEnd(status);
          amid();
        }),
    });
  }

  #message(): string {
    const { draws } = this.#parts;
    const isLong = draws.oneIn(draws.mood.heavy ? 2 : 30);
    const length = draws.below(isLong ? 80_000 : 40);
    return String.fromCharCode(draws.below(256)).repeat(length);
  }
}

/** What became of a call: who ended it, and how. */
function outcome({ kind, status }: PlayedCall): string {
  return `${kind} ${status?.reach} ${status?.grpcCode}`;
}
