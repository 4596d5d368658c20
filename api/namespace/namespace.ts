import type { Clock } from "../../balancers/transport/mod.ts";
import type { Method } from "../../proto/method.ts";
import { keysUnder, keyUnder } from "./_range.ts";
import { namespacedWatch } from "./_watch.ts";
import { responseInTimeSlices } from "./_response_in_time_slices.ts";
import { requestUnder, responseUnder } from "./_mappings.ts";
import { type Batching, type Kv, KvFacet, rangeStreams } from "../kv/mod.ts";
import type { Opener, StreamListener, StreamSettings } from "../stream/mod.ts";
import type { Caller, CallOptions, UnaryCall } from "../call/mod.ts";
import {
  ElectionFacet,
  type ElectionService,
  LockFacet,
  type LockService,
} from "../server_locks/mod.ts";
import {
  type Key,
  keyBytes,
  type KeyRange,
  madeIn,
  own,
} from "../values/mod.ts";
import { Keyspace } from "../keyspace/mod.ts";
import type { LeaseFacet, Leases } from "../lease/mod.ts";
import { Signature } from "../checks/mod.ts";
import {
  openSession,
  type Session,
  type SessionOptions,
} from "../session/mod.ts";
import {
  WATCH,
  type Watch,
  type WatchFacet,
  type WatchOptions,
} from "../watch/mod.ts";

/** The parts of a client that its namespaces share. */
export interface KeyspaceParts {
  /** Makes calls one by one. */
  readonly caller: Caller;
  /** Makes those on keys, perhaps together. */
  readonly kvCaller: Caller;
  /** Makes callers that make them together. */
  readonly batching: Batching;
  /** Opens streams. */
  readonly opener: Opener;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Time and randomness. */
  readonly clock: Clock;
  /** Makes watches. */
  readonly watches: WatchFacet;
  /** Makes leases. */
  readonly leases: LeaseFacet;
}

const NAMESPACE = new Signature("namespace", {});

/** The keys below a prefix. */
export class NamespacedKeys extends Keyspace {
  readonly kv: Kv;
  readonly lease: Leases;
  readonly lock: LockService;
  readonly election: ElectionService;
  readonly #parts: KeyspaceParts;
  readonly #prefix: Uint8Array;

  constructor(parts: KeyspaceParts, prefix: Key) {
    super();
    this.#parts = parts;
    this.#prefix = own(
      NAMESPACE.take(undefined, () => keyBytes("prefix", prefix)),
    );
    madeIn(this, this.#prefix);
    const under = (caller: Caller) =>
      new NamespacedCaller(caller, this.#prefix);
    const caller = under(parts.caller);
    const opener = namespacedOpener(parts.opener, this.#prefix);
    this.kv = new KvFacet(under(parts.kvCaller), {
      batching: (mode) => under(parts.batching(mode)),
      listRest: rangeStreams(opener, parts),
      prefix: this.#prefix,
    });
    this.lease = parts.leases.over(caller);
    const here = { prefix: this.#prefix };
    this.lock = new LockFacet(caller, here);
    const { clock } = parts;
    this.election = new ElectionFacet(caller, { ...here, opener, clock });
  }

  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch {
    const keys = WATCH.take(
      options,
      () => keysUnder(this.#prefix, keyOrRange),
    );
    const watch = this.#parts.watches.watch(keys, options);
    return namespacedWatch(watch, this.#prefix);
  }

  override session(options?: SessionOptions): Promise<Session> {
    const { kv, lease } = this;
    const watch: Keyspace["watch"] = (...args) => this.watch(...args);
    const keys = { kv, lease, watch, prefix: this.#prefix };
    return openSession(keys, options);
  }

  namespace(prefix: Key): Keyspace {
    const inner = NAMESPACE.take(
      undefined,
      () => keyUnder(this.#prefix, keyBytes("prefix", prefix)),
    );
    return new NamespacedKeys(this.#parts, inner);
  }
}

/** Puts a prefix before the keys of requests and takes it off responses. */
class NamespacedCaller implements Caller {
  readonly #caller: Caller;
  readonly #prefix: Uint8Array;

  constructor(caller: Caller, prefix: Uint8Array) {
    this.#caller = caller;
    this.#prefix = prefix;
  }

  async unary<Request, Response>(
    call: UnaryCall<Request, Response>,
    request: Request,
    options: CallOptions | undefined,
  ): Promise<Response> {
    const { name } = call.method;
    const response = await this.#caller.unary(
      call,
      requestUnder(request, { method: name, prefix: this.#prefix }),
      options,
    );
    return responseInTimeSlices(name, response, {
      prefix: this.#prefix,
      signal: options?.signal,
    });
  }
}

/** Puts a prefix before the keys of a stream's requests, and takes it off. */
function namespacedOpener(
  opener: Opener,
  prefix: Uint8Array,
): Opener {
  return {
    notOpened: (...late) => opener.notOpened(...late),
    async open<Request, Response>(
      method: Method<Request, Response>,
      settings: StreamSettings,
      listener: StreamListener<Response>,
    ) {
      const { name } = method;
      const stream = await opener.open(method, settings, {
        onMessage: (message) =>
          listener.onMessage(responseUnder(message, { method: name, prefix })),
        onEnd: (error) => listener.onEnd(error),
        ...listener.onDone && { onDone: () => listener.onDone?.() },
      });
      return {
        ...stream,
        send: (request: Request) =>
          stream.send(requestUnder(request, { method: name, prefix })),
      };
    },
  };
}
