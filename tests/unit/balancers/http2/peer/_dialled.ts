/** A transport that a test dials, and what it tells. */
import { makeDial } from "../../../../../balancers/dial/mod.ts";
import {
  type CallStatus,
  type Dial,
  type DownReason,
  type Headers,
  parseEndpoint,
  type PingOptions,
  type RequestBytes,
  type RunningStream,
  SYSTEM_CLOCK,
  type Transport,
  type UnaryAnswer,
} from "../../../../../balancers/transport/mod.ts";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import {
  type RawConnection,
  RawPeer,
  settings as settingsFrame,
} from "./_raw_peer.ts";

/** The path of all calls. */
export const PATH = "/test.Service/Method";
/** No bytes. */
export const EMPTY: Uint8Array = new Uint8Array();

/** Options of {@linkcode Dialled}. */
export interface DialledOptions {
  /** @default {false} */
  readonly keepAlive?: PingOptions | false;
  /** @default {5000} */
  readonly timeoutMs?: number;
  /** @default {that of a client with `transport: "http2"`} */
  readonly dial?: Dial;
  /** In gRPC's naming. @default {the address alone} */
  readonly target?: string;
}

/** Options of a call. */
export interface CallOptions {
  readonly request?: RequestBytes;
  readonly timeoutMs?: number;
  readonly headers?: Headers;
}

/** A call that was started. */
export interface StartedCall {
  readonly ended: Promise<UnaryAnswer>;
  readonly cancel: () => void;
}

/** Dials an address, as a client with `transport: "http2"` does. */
export class Dialled implements AsyncDisposable {
  readonly transport: Transport;
  readonly ready: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly down: PromiseWithResolvers<DownReason> = Promise.withResolvers<
    DownReason
  >();
  readonly gone: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  /** A dial keeps no process alive; the test that waits for it does. */
  readonly #release = SYSTEM_CLOCK.hold(Infinity, () => {});

  constructor(address: string, options: DialledOptions = {}) {
    const { keepAlive = false, timeoutMs = 5_000 } = options;
    const { target = `ipv4:${address}` } = options;
    const {
      dial = makeDial({ tls: undefined, keepAlive, transport: "http2" }),
    } = options;
    const endpoint = { ...parseEndpoint(address, { tls: false }), target };
    this.transport = dial(endpoint, {
      timeoutMs,
      events: {
        onReady: this.ready.resolve,
        onDown: this.down.resolve,
        onGone: this.gone.resolve,
      },
    });
  }

  /** Starts a call. */
  call(options: CallOptions = {}): StartedCall {
    const { request = EMPTY, timeoutMs = Infinity, headers } = options;
    const { promise, resolve } = Promise.withResolvers<UnaryAnswer>();
    const running = this.transport.unary(PATH, request, {
      timeoutMs,
      headers,
      onEnd: resolve,
    });
    return { ended: promise, cancel: () => running.cancel() };
  }

  /** Opens a stream; its messages are kept. */
  stream(): StartedStream {
    return new StartedStream(this.transport);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.transport.abort();
    await this.gone.promise;
    this.#release();
  }
}

/** A stream that was opened. */
export class StartedStream {
  readonly stream: RunningStream;
  readonly messages: string[] = [];
  readonly ended: Promise<CallStatus>;

  constructor(transport: Transport) {
    const { promise, resolve } = Promise.withResolvers<CallStatus>();
    this.ended = promise;
    this.stream = transport.stream(PATH, {
      timeoutMs: Infinity,
      headers: undefined,
      onMessage: (bytes) => this.messages.push(new TextDecoder().decode(bytes)),
      onEnd: resolve,
    });
  }
}

/** A transport and its peer, which has sent SETTINGS. */
export interface Connected extends AsyncDisposable {
  readonly dialled: Dialled;
  readonly transport: Transport;
  readonly peer: RawConnection;
}

/** Connects a transport to a raw peer that begins with these settings. */
export async function connected(
  options: DialledOptions & {
    readonly settings?: readonly [number, number][];
  } = {},
): Promise<Connected> {
  const server = new RawPeer();
  const dialled = new Dialled(server.address, options);
  const peer = await server.accept();
  await peer.say(settingsFrame(...options.settings ?? []));
  await dialled.ready.promise;
  await peer.until(({ type, flags }) =>
    type === http2.SETTINGS && flags === http2.ACK
  );
  return {
    dialled,
    transport: dialled.transport,
    peer,
    async [Symbol.asyncDispose]() {
      await dialled[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The reply of a call, as text; throws its status if it has none. */
export async function replyOf(
  { ended }: Pick<StartedCall, "ended">,
): Promise<string> {
  const answer = await ended;
  if (answer instanceof Uint8Array) return new TextDecoder().decode(answer);
  throw new Error(`The call failed: ${answer.grpcCode} ${answer.details}`);
}

/** The status of a call that must fail. */
export async function statusOf(
  { ended }: Pick<StartedCall, "ended">,
): Promise<CallStatus> {
  const answer = await ended;
  if (answer instanceof Uint8Array) throw new Error("The call has a reply");
  return answer;
}
