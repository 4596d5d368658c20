import { GRPC_CODE } from "../../../errors/codes.ts";
import {
  type CallStatus,
  rethrow,
  type UnaryOptions,
} from "../../transport/mod.ts";
import { CANCEL } from "../frames/mod.ts";
import { invalidAnswer, Stream, type StreamHost } from "../streams/mod.ts";

/** A call with one message each way. */
export class UnaryStream extends Stream {
  readonly #onEnd: UnaryOptions["onEnd"];
  #reply: Uint8Array | undefined = undefined;

  constructor(host: StreamHost, options: UnaryOptions) {
    super(host, options.timeoutMs);
    this.#onEnd = options.onEnd;
  }

  onMessage(message: Uint8Array): boolean {
    if (this.#reply === undefined) {
      this.#reply = message;
      return true;
    }
    this.host.reset(this, CANCEL);
    this.end(invalidAnswer("The server sent two replies"));
    return false;
  }

  protected get heldBytes(): number {
    return 0;
  }

  protected tell(status: CallStatus): void {
    this.host.told(this);
    try {
      if (status.grpcCode !== GRPC_CODE.ok) this.#onEnd(status);
      else this.#onEnd(this.#reply ?? invalidAnswer("The reply is missing"));
    } catch (error) {
      rethrow(error);
    }
  }
}
