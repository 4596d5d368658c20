import { assert } from "@std/assert";
import type { Opener } from "../../../../api/stream/_opener.ts";
import type {
  OpenStream,
  StreamListener,
  StreamSettings,
} from "../../../../api/stream/_open_stream.ts";
import { type ErrorCode, GRPC_CODE } from "../../../../errors/codes.ts";
import type { EtcdError } from "../../../../errors/etcd_error.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import type { Method } from "../../../../proto/method.ts";

/** A stream that does as a test says. */
export class FakeStream<Request, Reply> {
  readonly endpoint: string;
  readonly settings: StreamSettings;
  readonly sent: Request[] = [];
  /** How many messages were asked for, where they come when asked for. */
  asked = 0;
  canceled = false;
  ended = false;
  readonly #listener: StreamListener<unknown>;
  readonly #decode: (reply: Reply) => unknown;

  constructor(
    endpoint: string,
    settings: StreamSettings,
    listener: StreamListener<unknown>,
    decode: (reply: Reply) => unknown,
  ) {
    this.endpoint = endpoint;
    this.settings = settings;
    this.#listener = listener;
    this.#decode = decode;
  }

  get live(): boolean {
    return !this.canceled && !this.ended;
  }

  /** A message from the server, as it comes out of the wire. */
  reply(message: Reply): void {
    if (this.live) this.#listener.onMessage(this.#decode(message));
  }

  end(error: EtcdError = unavailable()): void {
    if (!this.live) return;
    this.ended = true;
    this.#listener.onEnd(error);
  }

  /** Ends it as a stream that has an end does. */
  done(): void {
    if (!this.live) return;
    this.ended = true;
    this.#listener.onDone?.();
  }
}

/** Gives streams to whoever opens one, in the order they are asked for. */
export class FakeOpener<Request, Reply> {
  readonly streams: FakeStream<Request, Reply>[] = [];
  /** Whether streams are kept waiting for a connection. */
  held = false;
  /** Whether streams end before whoever opens them knows of them. */
  endsEarly = false;
  /** The codes for which the next stream has another token. */
  readonly tokenCodes: Set<ErrorCode> = new Set();
  /** Is told of each request once it was sent. */
  onRequest: (request: Request) => void = () => {};
  /** What the next attempts fail with. */
  refusal: Error | undefined;
  readonly #replyType: string;
  #release = Promise.withResolvers<void>();

  constructor(replyType: string) {
    this.#replyType = replyType;
  }

  /** As the type that sessions ask for. */
  get opener(): Opener {
    return this as unknown as Opener;
  }

  /** The newest stream. */
  get last(): FakeStream<Request, Reply> {
    const last = this.streams.at(-1);
    assert(last, "no stream was opened");
    return last;
  }

  /** Lets those that wait for a connection go on. */
  release(): void {
    this.held = false;
    this.#release.resolve();
    this.#release = Promise.withResolvers<void>();
  }

  notOpened(
    ...[{ name }, { action }]: Parameters<Opener["notOpened"]>
  ): EtcdError {
    return createError(`Cannot ${action}: no stream`, {
      code: "unavailable",
      method: name,
    });
  }

  async open(
    method: Method<Request, unknown>,
    settings: StreamSettings,
    listener: StreamListener<unknown>,
  ): Promise<OpenStream<Request>> {
    if (this.held) {
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(settings.signal.reason);
      settings.signal.addEventListener("abort", onAbort);
      await Promise.race([this.#release.promise, aborted.promise]);
      settings.signal.removeEventListener("abort", onAbort);
    }
    if (this.refusal !== undefined) throw this.refusal;
    const codec = codecOf(this.#replyType);
    const stream = new FakeStream<Request, Reply>(
      `http://fake:${this.streams.length + 1}`,
      settings,
      listener,
      (reply) => method.decode(codec.encode(reply as object)),
    );
    this.streams.push(stream);
    if (this.endsEarly) stream.end();
    return {
      endpoint: stream.endpoint,
      send: (request) => {
        method.encode(request);
        if (!stream.live) return;
        stream.sent.push(request);
        queueMicrotask(() => this.onRequest(request));
      },
      read: () => {
        if (stream.live) stream.asked++;
      },
      cancel: () => {
        stream.canceled = true;
      },
      tokenRefused: (code) => this.tokenCodes.has(code),
    };
  }
}

/** The end of a stream whose connection was lost. */
export function unavailable(details = "gone"): EtcdError {
  return createError(`Cannot watch: ${details}`, {
    code: "unavailable",
    grpcCode: GRPC_CODE.unavailable,
    retryable: true,
  });
}
