import type { ErrorCode } from "../../errors/codes.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type { WaitingSettings } from "./_limit.ts";

/** A stream that is open. */
export interface OpenStream<Request> {
  /** The endpoint it runs on. */
  readonly endpoint: string;
  /** Sends a message; the only one, where the method takes one. */
  send(request: Request): void;
  /** Asks for the next message, where they come when asked for. */
  read(): void;
  /** Ends it; nothing is told any more. A `reason` is why it is given up. */
  cancel(reason?: unknown): void;
  /**
   * The member has refused something with this code. Whether that may be due
   * to the token, and the next stream will have another one.
   */
  tokenRefused(code: ErrorCode): boolean;
}

/** What a stream tells its owner. */
export interface StreamListener<Response> {
  /** A message has arrived. */
  onMessage(message: Response): void;
  /** It has ended, for this reason. Called once, last. */
  onEnd(error: EtcdError): void;
  /** It has ended as it should; told as `onEnd` where this is missing. */
  onDone?(): void;
}

/** What a stream is opened with. */
export interface StreamSettings extends WaitingSettings {
  /** What it does, completing "Cannot …". */
  readonly action: string;
  /** Whether the member must have a leader, and end the stream without. */
  readonly requireLeader: boolean;
  /**
   * The endpoint of the stream that this one follows: another one is taken if
   * the strategy gives one.
   */
  readonly avoid?: string | undefined;
  /**
   * When its endpoint is none of the client's any more: it goes on there to its
   * end, or ends as soon as there is another one. @default {"finish"}
   */
  readonly onRemoval?: "finish" | "move" | undefined;
  /** When messages come. @default {"always"} */
  readonly messages?: "always" | "when asked for" | undefined;
  /** The server version the member must have. */
  readonly needs?: string | undefined;
}
