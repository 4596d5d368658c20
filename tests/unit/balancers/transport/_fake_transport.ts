import { assert } from "@std/assert";
import type { Endpoint } from "../../../../balancers/transport/_endpoint.ts";
import type {
  CallSettings,
  Dial,
  RequestBytes,
  RunningCall,
  RunningStream,
  StreamOptions,
  Transport,
  TransportEvents,
  UnaryAnswer,
  UnaryOptions,
} from "../../../../balancers/transport/_contract.ts";

/** A call without a deadline, whose end nobody waits for. */
export const NO_SETTINGS: UnaryOptions = {
  timeoutMs: Infinity,
  headers: undefined,
  onEnd() {},
};

const CANCELED = { grpcCode: 1, details: "Canceled by the caller" };

/** A call on a fake transport: the test ends it. */
export class FakeCall {
  readonly path: string;
  readonly request: Uint8Array;
  readonly settings: CallSettings;
  canceled = false;
  readonly #end: (answer: UnaryAnswer) => void;

  constructor(
    path: string,
    request: Uint8Array,
    settings: CallSettings,
    end: (answer: UnaryAnswer) => void,
  ) {
    this.path = path;
    this.request = request;
    this.settings = settings;
    this.#end = end;
  }

  reply(message: Uint8Array): void {
    this.#end(message);
  }

  fail(grpcCode: number, details = ""): void {
    this.#end({ grpcCode, details, reach: "answered" });
  }

  /** A proxy answers, with an HTTP status of its own. */
  failAtProxy(httpStatus: number): void {
    const details = `HTTP status ${httpStatus}`;
    this.#end({ grpcCode: 14, details, reach: "answered", httpStatus });
  }

  /** The server resets the stream with CANCEL. */
  resetByServer(): void {
    const details = "The server reset the stream with code 8 (CANCEL)";
    this.#end({ grpcCode: 1, details, reach: "unanswered" });
  }

  /** Its time is over, and nobody has answered. */
  expire(): void {
    const details = "Deadline exceeded";
    this.#end({ grpcCode: 4, details, reach: "unanswered" });
  }
}

/**
 * A transport that does as told. It is faithful to the contract, except that
 * {@linkcode FakeTransport.events} lets a test break it.
 */
export class FakeTransport implements Transport {
  readonly endpoint: string;
  readonly timeoutMs: number;
  readonly events: TransportEvents;
  readonly calls: Set<FakeCall> = new Set();
  ready = false;
  drained = false;
  aborted = false;
  sockets = 1;
  maxStreams: number = Infinity;
  #gone = false;

  constructor(endpoint: string, timeoutMs: number, events: TransportEvents) {
    this.endpoint = endpoint;
    this.timeoutMs = timeoutMs;
    this.events = events;
  }

  get inFlight(): number {
    return this.calls.size;
  }

  get freeStreams(): number {
    return this.maxStreams - this.calls.size;
  }

  /** The only call that is running. */
  get call(): FakeCall {
    const [call, ...more] = this.calls;
    assert(call !== undefined && more.length === 0, `${this.calls.size} calls`);
    return call;
  }

  /** It carries calls from now on. */
  up(): void {
    assert(!this.drained && !this.aborted);
    this.ready = true;
    this.events.onReady();
  }

  /**
   * The dial failed, or the connection is lost: with its calls, a moment
   * later, under one of the codes that grpc-js has for it.
   */
  down(reason = "connection refused", grpcCode = 14): void {
    this.#end(0);
    this.events.onDown({ kind: "other", reason });
    for (const call of this.calls) call.fail(grpcCode, "Dropped");
    this.#checkGone();
  }

  /** GOAWAY: no new calls, the running ones go on. */
  goAway(): void {
    this.#end(this.sockets);
    this.events.onDown({
      kind: "other",
      reason: "the connection was lost",
    });
    this.#checkGone();
  }

  unary(
    path: string,
    bytes: RequestBytes,
    options: UnaryOptions,
  ): RunningCall {
    assert(this.ready, "a call on a transport that is not ready");
    const request = typeof bytes === "function" ? bytes() : bytes;
    const call = new FakeCall(path, request, options, (answer) => {
      if (!this.calls.delete(call)) return;
      queueMicrotask(() => options.onEnd(answer));
      this.#checkGone();
    });
    this.calls.add(call);
    return {
      cancel: () => {
        call.canceled = true;
        call.fail(CANCELED.grpcCode, CANCELED.details);
      },
    };
  }

  stream(_path: string, _options: StreamOptions): RunningStream {
    throw new Error("No test needs a stream on a fake transport");
  }

  drain(): void {
    this.drained = true;
    this.#end(this.sockets);
    this.#checkGone();
  }

  abort(): void {
    this.aborted = true;
    this.#end(0);
    for (const call of this.calls) call.fail(CANCELED.grpcCode, "aborted");
    this.#checkGone();
  }

  #end(sockets: number): void {
    this.ready = false;
    this.sockets = sockets;
  }

  #checkGone(): void {
    if (this.ready || this.calls.size > 0) return;
    queueMicrotask(() => {
      if (this.#gone) return;
      this.#gone = true;
      this.sockets = 0;
      this.events.onGone();
    });
  }
}

/** Keeps every transport that was dialled. */
export class FakeNetwork {
  readonly dialled: FakeTransport[] = [];
  readonly dial: Dial = ({ url }, { timeoutMs, events }) => {
    const transport = new FakeTransport(url, timeoutMs, events);
    this.dialled.push(transport);
    return transport;
  };

  /** The newest transport to an endpoint. */
  at(name: string): FakeTransport {
    const url = endpoint(name).url;
    const found = this.dialled.findLast((one) => one.endpoint === url);
    assert(found, `${name} was never dialled`);
    return found;
  }

  /** How often an endpoint was dialled. */
  dials(name: string): number {
    const url = endpoint(name).url;
    return this.dialled.filter((one) => one.endpoint === url).length;
  }
}

/** The endpoint `http://NAME:2379`. */
export function endpoint(name: string): Endpoint {
  const authority = `${name}:2379`;
  return {
    url: `http://${authority}`,
    target: `dns:${authority}`,
    secure: false,
    host: name,
  };
}

/** The endpoints of single letters. */
export function endpoints(names: string): Endpoint[] {
  return [...names].map(endpoint);
}

/** The status of an answer that is no reply. */
export function codeOf(answer: UnaryAnswer): number | undefined {
  return answer instanceof Uint8Array ? undefined : answer.grpcCode;
}

/** Lets everything that is ready to run do so: no timers, no I/O. */
export async function microtasks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
