import { GRPC_CODE } from "../../errors/codes.ts";
import type { CallStatus, UnaryDone } from "../transport/mod.ts";
import { CANCEL } from "./_constants.ts";
import { failure, Stream, type StreamHost } from "./_stream.ts";

/** A call with one message each way. */
export class UnaryCall extends Stream {
  readonly #done: UnaryDone;
  #reply: Uint8Array | undefined = undefined;

  constructor(host: StreamHost, deadlineAt: number, done: UnaryDone) {
    super(host, deadlineAt);
    this.#done = done;
  }

  onMessage(message: Uint8Array): boolean {
    if (this.#reply === undefined) {
      this.#reply = message;
      return true;
    }
    this.host.reset(this, CANCEL);
    this.end(failure("The server sent two replies"));
    return false;
  }

  protected get heldBytes(): number {
    return 0;
  }

  protected tell(status: CallStatus): void {
    this.host.told(this);
    if (status.grpcCode !== GRPC_CODE.ok) this.#done(undefined, status);
    else if (this.#reply !== undefined) this.#done(this.#reply, undefined);
    else this.#done(undefined, failure("The reply is missing"));
  }
}
