import type { Headers } from "../../balancers/transport/mod.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import type { CallTrace } from "../call/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type { WaitingSettings } from "./_limit.ts";

/** A stream that is open. */
export interface OpenStream<Request> {
  /** The endpoint it runs on. */
  readonly endpoint: string;
  /** Sends a message; the only one, where the method takes one. */
  send(request: Request): void;
  /** Asks for the next message, with `messages: "when asked for"`. */
  read(): void;
  /** Ends the stream silently. A `reason` says why it is given up. */
  cancel(reason?: unknown): void;
  /**
   * Whether a refusal with this code may be due to the token, so that the next
   * stream will have another one.
   */
  tokenRefused(code: ErrorCode): boolean;
}

/** The owner of a stream, told of what happens to it. */
export interface StreamListener<Response> {
  /** A message has arrived. */
  onMessage(message: Response): void;
  /** The stream has ended, for this reason. Called once, last. */
  onEnd(error: EtcdError): void;
  /** The stream has ended as it should. @default {told as `onEnd`} */
  onDone?(): void;
}

/** Settings of a stream. */
export interface StreamSettings extends WaitingSettings {
  /** The stream's purpose, completing "Cannot …". */
  readonly action: string;
  /** Whether the member ends the stream when it has no leader. */
  readonly requireLeader: boolean;
  /**
   * The endpoint of the stream before this one. Another one is taken if the
   * strategy gives one.
   */
  readonly avoid?: string | undefined;
  /**
   * The fate of the stream when its endpoint is removed from the client's: it
   * goes on there to its end, or it ends as soon as there is a connection to
   * another one.
   *
   * @default {"finish"}
   */
  readonly onRemoval?: "finish" | "move" | undefined;
  /** When messages arrive. @default {"always"} */
  readonly messages?: "always" | "when asked for" | undefined;
  /** The server version the member must have. */
  readonly needs?: string | undefined;
  /** The trace that the server is told of. */
  readonly trace?: Pick<CallTrace, "headers"> | undefined;
  /** Headers of this stream. */
  readonly headers?: Headers | undefined;
}
