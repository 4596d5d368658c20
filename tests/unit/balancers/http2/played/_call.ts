/** A call of a played connection: what was done, what is to come of it. */
import { assert, assertEquals } from "@std/assert";
import type {
  CallStatus,
  RunningCall,
  RunningStream,
} from "../../../../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../../../../errors/codes.ts";
import type { Request } from "./_client_side.ts";
import { fromLatin1, latin1 } from "../support/_hex.ts";
import { ModelAnswer, type ModelEnd } from "./_model_answer.ts";

const CANCELED: ModelEnd = {
  grpcCode: GRPC_CODE.canceled,
  reach: "unanswered",
};

/** A message with its prefix, a character per byte. */
export function framed(message: string): string {
  const { length } = message;
  return String.fromCharCode(
    0,
    length >>> 24,
    length >>> 16 & 0xff,
    length >>> 8 & 0xff,
    length & 0xff,
  ) + message;
}

/** One call or stream. */
export class PlayedCall {
  readonly kind: "unary" | "stream";
  /** The id of its stream; 0: it never had one. */
  readonly id: number;
  readonly path: string;
  /** What the peer makes of it. */
  readonly answer: ModelAnswer;
  running: RunningCall | RunningStream | undefined;
  /** What was sent, with prefixes. */
  body = "";
  halfClosed = false;
  /** How many messages of a stream were asked for. */
  asked = 0;
  readonly got: string[] = [];
  status: CallStatus | undefined;
  /** It was told in the middle of the call that began or ended it. */
  #quiet = false;
  // What was checked and cannot change any more.
  #checkedEnd: ModelEnd | undefined;
  #checkedBytes = 0;

  constructor(
    kind: "unary" | "stream",
    { id, path }: { readonly id: number; readonly path: string },
  ) {
    this.kind = kind;
    this.id = id;
    this.path = path;
    this.answer = new ModelAnswer(kind);
  }

  get stream(): RunningStream | undefined {
    return this.kind === "stream" ? this.running as RunningStream : undefined;
  }

  /** Does something in which it must not be told of anything. */
  quietly<T>(act: () => T): T {
    this.#quiet = true;
    try {
      return act();
    } finally {
      this.#quiet = false;
    }
  }

  /** The client tells of a message. */
  onMessage(message: Uint8Array): void {
    assert(!this.#quiet, "a message at once");
    assertEquals(this.status, undefined, "a message after the end");
    this.got.push(fromLatin1(message));
  }

  /** The client tells of the end. */
  onEnd(status: CallStatus): void {
    assert(!this.#quiet, "an end at once");
    assertEquals(this.status, undefined, "a second end");
    this.status = status;
  }

  send(message: string): void {
    if (this.halfClosed) return;
    this.quietly(() => this.stream?.send(latin1(message)));
    if (this.answer.end === undefined) this.body += framed(message);
  }

  halfClose(): void {
    if (this.answer.end === undefined) this.halfClosed = true;
    this.quietly(() => this.stream?.halfClose());
  }

  read(): void {
    this.asked++;
    this.quietly(() => this.stream?.read());
  }

  cancel(): void {
    this.modelCancel();
    this.quietly(() => this.running?.cancel());
  }

  /** What a cancel does: nothing if all that there is was read, or will be. */
  modelCancel(): void {
    const { answer } = this;
    const unread = this.kind === "stream" && this.status === undefined &&
      this.asked < answer.messages.length;
    if (answer.end === undefined || unread) answer.end = CANCELED;
  }

  /** That it has come as far as it can have. */
  check(): void {
    const { end, messages } = this.answer;
    if (this.#checkedEnd !== undefined && this.#checkedEnd === end) return;
    const { length } = this.got;
    assertEquals(this.got, messages.slice(0, length));
    if (this.kind === "stream" && (end?.reach ?? "answered") === "answered") {
      assertEquals(length, Math.min(this.asked, messages.length), "messages");
      if (length < messages.length) return assertEquals(this.status, undefined);
    }
    if (this.status === undefined || end === undefined) {
      return assertEquals<unknown>(this.status, end);
    }
    const { grpcCode, reach, details } = this.status;
    // A stream never says "unsent", as it did not wait for its turn.
    const told = this.kind === "stream" && end.reach === "unsent"
      ? "unanswered"
      : end.reach;
    assertEquals(
      { grpcCode, reach },
      { grpcCode: end.grpcCode, reach: told },
      details,
    );
    // A unary reply is given if all went well, only then.
    if (this.kind === "unary") assertEquals(length, grpcCode === 0 ? 1 : 0);
    this.#checkedEnd = end;
  }

  /** That the peer was sent the beginning of it, and whether it was all. */
  checkRequest(request: Request | undefined): "whole" | "begun" {
    if (request === undefined) return "begun";
    assertEquals(request.path, this.path);
    if (request.body.length > this.#checkedBytes) {
      assert(this.body.startsWith(request.body), "another request");
      this.#checkedBytes = request.body.length;
    }
    if (request.state === "ended") {
      assert(this.halfClosed, "an end that nobody said");
      assertEquals(request.body.length, this.body.length);
    }
    return request.body.length === this.body.length &&
        this.halfClosed === (request.state === "ended")
      ? "whole"
      : "begun";
  }
}
