import type { CallStatus, Clock, RunningCall } from "../../transport/mod.ts";
import {
  CANCEL,
  END_STREAM,
  FLOW_CONTROL_ERROR,
  type Frame,
  PROTOCOL_ERROR,
} from "../frames/mod.ts";
import type { Timed } from "./_deadlines.ts";
import { ReceiveWindow } from "./_flow_control.ts";
import {
  loneMessage,
  MessageReader,
  type MessageSink,
  resetStatus,
  type ResponseHead,
} from "../grpc/mod.ts";
import * as ends from "./_ends.ts";
import type { UnsentMessages } from "./_unsent_messages.ts";

/**
 * The state of a stream (RFC 9113, 5.1), as this side sees it. `half-closed`
 * is what the RFC calls half-closed (local). Half-closed (remote) is missing:
 * the server ends a stream with its answer, of which a request is then a part
 * that nobody reads, so such a stream is reset.
 */
export type StreamState = "idle" | "open" | "half-closed" | "closed";

/** The connection, as its streams use it. */
export interface StreamHost {
  readonly clock: Clock;
  /** SETTINGS_INITIAL_WINDOW_SIZE of this side. */
  readonly streamWindowBytes: number;
  /** Sends a message, now or when the windows allow it. */
  send(stream: Stream, message: Uint8Array): void;
  /** Ends the request, after all messages. */
  halfClose(stream: Stream): void;
  /** Tells the peer that the stream is given up. */
  reset(stream: Stream, errorCode: number): void;
  /** Gives the peer back some of its window. */
  giveBack(stream: Stream, bytes: number): void;
  /** The stream is closed. */
  forget(stream: Stream): void;
  /** The peer may be sent another one for it. */
  freed(): void;
  /** A closed stream has messages that its owner is to read before its end. */
  linger(stream: Stream): void;
  /** The owner of a stream is about to be told of its end. */
  told(stream: Stream): void;
}

/** One call or stream of gRPC: a stream of HTTP/2, from its request to its end. */
export abstract class Stream implements RunningCall, MessageSink, Timed {
  /** 0 while it is idle. */
  id = 0;
  state: StreamState = "idle";
  /** The bytes the peer may be sent; below 0 if SETTINGS say so (6.9.2). */
  sendWindow = 0;
  /** The messages that the windows do not allow to be sent yet. */
  unsent: UnsentMessages | undefined = undefined;
  readonly deadlineAt: number;
  protected readonly host: StreamHost;
  readonly #window: ReceiveWindow;
  #answer: "awaited" | "begun" = "awaited";
  #encoding = "";
  /** The rest of the `content-length`, if there is one (8.1.1). */
  #bodyBytes: number | undefined = undefined;
  #messages: MessageReader | undefined = undefined;

  constructor(host: StreamHost, timeoutMs: number) {
    this.host = host;
    this.deadlineAt = timeoutMs === Infinity
      ? Infinity
      : host.clock.now() + timeoutMs;
    this.#window = new ReceiveWindow(host.streamWindowBytes);
  }

  /** The bytes of messages that wait to be read, and hold back the window. */
  protected abstract readonly heldBytes: number;

  /** The bytes there are of a message whose end has not come. */
  protected get begunBytes(): number {
    return this.#messages?.begunBytes ?? 0;
  }

  abstract onMessage(message: Uint8Array): boolean;

  /** Tells the owner of the end, which comes now or in a moment. */
  protected abstract tell(status: CallStatus): void;

  /** Headers or trailers. */
  onHead(head: ResponseHead, flags: number): void {
    const isLast = (flags & END_STREAM) !== 0;
    const begun = this.#answer === "begun";
    if (begun && !isLast) {
      return this.#giveUp("The server sent headers amid its answer");
    }
    const fault = begun
      ? head.trailersFault
      : head.headersFault(isLast ? "nothing" : "more");
    if (fault !== undefined) {
      const part = begun ? "trailers" : "headers";
      return this.#giveUp(`The server sent malformed ${part}: ${fault}`);
    }
    if (!begun) this.#bodyBytes = head.contentLength;
    if (isLast) return this.#onTrailers(head);
    if (head.isInformational) return;
    if (!head.isGrpc) return this.#refuse(CANCEL, head.foreignStatus);
    this.#answer = "begun";
    this.#encoding = head.encoding;
  }

  /** DATA; what it counts for the connection is the connection's. */
  onData(frame: Frame): void {
    if (this.#answer === "awaited") {
      return this.#giveUp("The server sent data before headers");
    }
    if (!this.#window.use(frame.flowControlledBytes)) {
      const details = "The server sent more than the window allows";
      return this.#refuse(FLOW_CONTROL_ERROR, ends.invalidAnswer(details));
    }
    if (this.#bodyBytes !== undefined) {
      this.#bodyBytes -= frame.end - frame.start;
      if (this.#bodyBytes < 0) {
        return this.#giveUp("The server sent more than its 'content-length'");
      }
    }
    this.#read(frame);
    // A message may be one too many, or its reader wants no more.
    if (this.state === "closed") return;
    if ((frame.flags & END_STREAM) !== 0) {
      return this.#endAnswered(ends.MISSING);
    }
    this.giveBack();
  }

  /** RST_STREAM; also of one that the peer has certainly not looked at. */
  onReset(errorCode: number): void {
    this.end(resetStatus(errorCode));
  }

  onCompressed(): void {
    this.#refuse(CANCEL, ends.compressed(this.#encoding));
  }

  onTooLarge(bytes: number): void {
    this.#refuse(CANCEL, ends.tooLarge(bytes));
  }

  /** The peer broke the rules on this stream alone. */
  onStreamError(errorCode: number, message: string): void {
    this.#refuse(errorCode, ends.invalidAnswer(message));
  }

  cancel(): void {
    this.#stop(ends.CANCELED);
  }

  /** Ends the stream, as its time is over. */
  expire(): void {
    this.#stop(ends.OUT_OF_TIME);
  }

  /** Ends now, as far as the wire is concerned, and tells so at once. */
  end(status: CallStatus): void {
    if (this.state === "closed") return;
    this.#close();
    this.host.freed();
    this.tell(status);
  }

  /** The same, and tells so in a moment: it is the owner who does this. */
  endLater(status: CallStatus): void {
    if (this.state === "closed") return;
    this.#close();
    // Who ends one may be about to end all: nothing is to take its place before.
    queueMicrotask(() => {
      this.host.freed();
      this.tell(status);
    });
  }

  /** Gives up a stream that has ended, of which its owner may not know yet. */
  protected drop(_status: CallStatus): void {}

  /** Gives the peer back what was read. */
  protected giveBack(): void {
    if (this.state === "closed") return;
    const bytes = this.#window.giveBack(this.heldBytes);
    if (bytes > 0) this.host.giveBack(this, bytes);
  }

  /** Ends with this status, as the peer is told with this code. */
  #refuse(errorCode: number, status: CallStatus): void {
    this.host.reset(this, errorCode);
    this.end(status);
  }

  #giveUp(details: string): void {
    this.#refuse(PROTOCOL_ERROR, ends.invalidAnswer(details));
  }

  #stop(status: CallStatus): void {
    if (this.state === "closed") {
      return queueMicrotask(() => this.drop(status));
    }
    if (this.state !== "idle") this.host.reset(this, CANCEL);
    this.endLater(status);
  }

  #read(frame: Frame): void {
    if (this.#messages === undefined) {
      const message = loneMessage(frame);
      if (message !== undefined) return void this.onMessage(message);
      this.#messages = new MessageReader(this);
    }
    this.#messages.read(frame);
  }

  #onTrailers(head: ResponseHead): void {
    const missing = this.#bodyBytes ?? 0;
    if (head.grpcStatus === undefined) {
      const isForeign = this.#answer === "awaited";
      this.#endAnswered(isForeign ? head.foreignStatus : ends.MISSING);
    } else if (missing > 0) {
      this.#giveUp(
        `The server sent less than its 'content-length' (${missing} missing)`,
      );
    } else if (head.grpcStatus !== "0") {
      this.#endAnswered(head.status);
    } else if (this.#messages?.incomplete === true) {
      this.#endAnswered(
        ends.invalidAnswer("The server ended its answer in a message"),
      );
    } else this.#endAnswered(ends.OK);
  }

  #endAnswered(status: CallStatus): void {
    // Whatever is left of the request, the server does not want it.
    if (this.state === "open") this.host.reset(this, CANCEL);
    this.end(status);
  }

  #close(): void {
    this.state = "closed";
    this.unsent = undefined;
    this.host.forget(this);
  }
}
