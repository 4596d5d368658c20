import type { Channel, Metadata } from "@grpc/grpc-js";
import { GRPC_CODE } from "../../errors/codes.ts";
import {
  type CallSettings,
  type CallStatus,
  type RequestBytes,
  type RunningCall,
  type RunningStream,
  type StreamOptions,
  tell,
  type UnaryOptions,
} from "../transport/mod.ts";
import { toCallStatus } from "./_call_status.ts";
import { requestBuffer, requestMetadata } from "./_request.ts";
import { StreamWriter } from "./_stream_writer.ts";

type Call = ReturnType<Channel["createCall"]>;
type CallListener = Parameters<Call["start"]>[1];

const NO_REPLY: CallStatus = {
  grpcCode: GRPC_CODE.internal,
  details: "The reply is missing",
  reach: "answered",
};

/** The calls and streams that run on a channel. */
export class GrpcCalls {
  readonly #channel: Channel;
  readonly #onEnded: () => void;
  readonly #running = new Set<Call>();

  constructor(channel: Channel, onEnded: () => void) {
    this.#channel = channel;
    this.#onEnded = onEnded;
  }

  /** The number of calls and streams that run. */
  get size(): number {
    return this.#running.size;
  }

  unary(
    path: string,
    request: RequestBytes,
    options: UnaryOptions,
  ): RunningCall {
    // First: a request that cannot be made is no call.
    const message = requestBuffer(request);
    let reply: Uint8Array | undefined;
    let headers: Metadata | undefined;
    const call = this.#open(path, options, {
      onReceiveMetadata: (received) => headers = received,
      onReceiveMessage: (received: Uint8Array | null) => {
        reply = received ?? reply;
      },
      onReceiveStatus: (ended) => {
        this.#ended(call);
        const answer = ended.code === 0
          ? reply ?? NO_REPLY
          : toCallStatus(ended, headers);
        tell(() => options.onEnd(answer));
      },
    });
    call.sendMessageWithContext({}, message);
    call.halfClose();
    call.startRead();
    return { cancel: () => cancel(call) };
  }

  stream(path: string, options: StreamOptions): RunningStream {
    let headers: Metadata | undefined;
    const call = this.#open(path, options, {
      onReceiveMetadata: (received) => headers = received,
      onReceiveMessage(message: Uint8Array | null) {
        if (message !== null) tell(() => options.onMessage(message));
      },
      onReceiveStatus: (ended) => {
        this.#ended(call);
        tell(() => options.onEnd(toCallStatus(ended, headers)));
      },
    });
    const writer = new StreamWriter(call);
    return {
      send: (message) => writer.send(message),
      halfClose: () => writer.halfClose(),
      read: () => call.startRead(),
      cancel: () => cancel(call),
    };
  }

  /** Ends all of them from this side. */
  cancel(): void {
    for (const call of this.#running) cancel(call);
  }

  #open(
    path: string,
    { timeoutMs, headers }: CallSettings,
    listener: CallListener,
  ): Call {
    // As grpc-js wants it: by the wall clock.
    // First: a call whose headers cannot be sent is none.
    const metadata = requestMetadata(headers);
    const deadline = timeoutMs === Infinity ? Infinity : Date.now() + timeoutMs;
    const call = this.#channel.createCall(path, deadline, null, null, null);
    this.#running.add(call);
    call.start(metadata, listener);
    return call;
  }

  #ended(call: Call): void {
    this.#running.delete(call);
    this.#onEnded();
  }
}

function cancel(call: Call): void {
  call.cancelWithStatus(GRPC_CODE.canceled, "Canceled by the caller");
}
