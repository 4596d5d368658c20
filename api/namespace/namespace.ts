import type { Method } from "../../proto/method.ts";
import { keysUnder, keyUnder } from "./_range.ts";
import { NamespacedWatch } from "./_watch.ts";
import { responseInTurns } from "./_steps.ts";
import { requestUnder, responseUnder } from "./_wire.ts";
import { rangeStreams } from "../kv/_range_stream.ts";
import type { Opener } from "../stream/_opener.ts";
import type { CallOptions } from "../call/options.ts";
import type { Caller } from "../call/caller.ts";
import { ElectionFacet } from "../lock_election/election.ts";
import type { ElectionService } from "../lock_election/election_types.ts";
import { type Key, keyBytes, type KeyRange, own } from "../values/keys.ts";
import { Keyspace } from "../keyspace.ts";
import { type Batching, type Kv, KvFacet } from "../kv/kv.ts";
import type { LeaseFacet } from "../lease/lease.ts";
import type { Leases } from "../lease/types.ts";
import { LockFacet } from "../lock_election/lock.ts";
import type { LockService } from "../lock_election/lock_types.ts";
import { Signature } from "../checks/_signature.ts";
import { WATCH } from "../watch/_options.ts";
import type { WatchFacet } from "../watch/watch.ts";
import type { Watch, WatchOptions } from "../watch/types.ts";

/** What all the keys of a client are reached by. */
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
    const under = (caller: Caller) =>
      new NamespacedCaller(caller, this.#prefix);
    const caller = under(parts.caller);
    const opener = namespacedOpener(parts.opener, this.#prefix);
    this.kv = new KvFacet(under(parts.kvCaller), {
      batching: (mode) => under(parts.batching(mode)),
      listRest: rangeStreams(opener, parts.timeoutMs),
    });
    this.lease = parts.leases.over(caller);
    this.lock = new LockFacet(caller);
    this.election = new ElectionFacet(caller, opener);
  }

  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch {
    const keys = WATCH.take(
      options,
      () => keysUnder(this.#prefix, keyOrRange),
    );
    const watch = this.#parts.watches.watch(keys, options);
    return new NamespacedWatch(watch, this.#prefix);
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
    method: Method<Request, Response>,
    request: Request,
    action: string,
    options: CallOptions | undefined,
  ): Promise<Response> {
    const { name } = method;
    const response = await this.#caller.unary(
      method,
      requestUnder(name, request, this.#prefix),
      action,
      options,
    );
    return responseInTurns(name, response, this.#prefix, options?.signal);
  }
}

/** The same for streams. */
function namespacedOpener(
  opener: Opener,
  prefix: Uint8Array,
): Opener {
  return {
    notOpened: (...late) => opener.notOpened(...late),
    async open(method, settings, listener) {
      const { name } = method;
      const stream = await opener.open(method, settings, {
        onMessage: (message) =>
          listener.onMessage(responseUnder(name, message, prefix)),
        onEnd: (error) => listener.onEnd(error),
        ...listener.onDone && { onDone: () => listener.onDone?.() },
      });
      return {
        ...stream,
        send: (request) => stream.send(requestUnder(name, request, prefix)),
      };
    },
  };
}
