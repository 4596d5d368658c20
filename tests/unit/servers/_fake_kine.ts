import { codecOf } from "../../../proto/_codec.ts";
import type {
  LeaseGrantRequest,
  PutRequest,
  RangeRequest,
  TxnRequest,
  WatchRequest,
} from "../../../proto/gen/messages.ts";
import { fromBigInt, type Int64, toBigInt } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";
import { FakeServer, FakeStatus, type FakeStream } from "../../harness/mod.ts";
import { isIn, refuse, type Row, text, toKv } from "./_kine_row.ts";

interface ServedWatch {
  readonly stream: FakeStream;
  readonly id: bigint;
  readonly key: string;
  readonly end: string;
}

const HEADER = "etcdserverpb.";
const COMPACTED = "etcdserver: mvcc: required revision has been compacted";
const UNSUPPORTED = "etcdserver: unsupported operations in txn request";
const NO_RENEWALS = new FakeStatus(2, "lease keep alive is not supported");

/** Answers as kine 0.17.5 does: held to it by the checks that both pass. */
export class FakeKine implements AsyncDisposable {
  readonly server: FakeServer;
  readonly #rows: Row[] = [];
  readonly #watches = new Set<ServedWatch>();
  #revision = 1n;
  #compacted = 0n;
  #lastWatch = 0n;

  private constructor(server: FakeServer) {
    this.server = server;
    const { kv, lease, watch, cluster } = methods;
    this.#on<RangeRequest>(kv.range.path, "Range", (request) => {
      const revision = toBigInt(request.revision);
      if (revision > 0n && revision < this.#compacted) refuse(COMPACTED, 11);
      const kvs = this.#read(request).map(toKv);
      return { kvs, count: fromBigInt(BigInt(kvs.length)) };
    });
    this.#on<PutRequest>(kv.put.path, "Put", (request) => this.#put(request));
    this.#on<TxnRequest>(kv.txn.path, "Txn", (request) => this.#txn(request));
    this.#on<{ revision: Int64 }>(
      kv.compact.path,
      "Compaction",
      ({ revision }) => {
        this.#compacted = toBigInt(revision);
        return {};
      },
    );
    this.#on<LeaseGrantRequest>(
      lease.grant.path,
      "LeaseGrant",
      ({ TTL }) => ({ ID: TTL, TTL, header: {} }),
    );
    this.#on(cluster.memberList.path, "MemberList", () => ({
      header: {},
      members: [{ name: "kine", clientURLs: [server.endpoint] }],
    }));
    server.handleStream(
      lease.keepAlive.path,
      () => Promise.reject(NO_RENEWALS),
    );
    server.handleStream(watch.watch.path, (stream) => this.#watch(stream));
  }

  static async start(): Promise<FakeKine> {
    return new FakeKine(await FakeServer.start());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }

  #on<Request>(
    path: string,
    name: string,
    answer: (request: Request) => object,
  ): void {
    const request = codecOf(`${HEADER}${name}Request`);
    const response = codecOf(`${HEADER}${name}Response`);
    this.server.handle(path, (call) => {
      const reply = answer(request.decode(call.request) as Request);
      return response.encode({ header: this.#header(), ...reply });
    });
  }

  #header() {
    return { revision: fromBigInt(this.#revision) };
  }

  #current(): Map<string, Row> {
    const current = new Map<string, Row>();
    for (const row of this.#rows) current.set(row.key, row);
    return current;
  }

  #read({ key, rangeEnd }: Pick<RangeRequest, "key" | "rangeEnd">): Row[] {
    const range = { key: text.decode(key), end: text.decode(rangeEnd) };
    return [...this.#current().values()].filter((row) =>
      row.value !== undefined && isIn(range, row.key)
    ).sort((one, other) => one.key < other.key ? -1 : 1);
  }

  #write(key: string, value: Uint8Array | undefined, lease: Int64): void {
    const before = this.#current().get(key);
    const modified = ++this.#revision;
    const created = before?.value === undefined ? modified : before.created;
    const row = { key, value, created, modified, lease, before };
    this.#rows.push(row);
    for (const watch of this.#watches) {
      if (isIn(watch, key)) this.#send(watch, [row]);
    }
  }

  #put({ key, value, lease }: PutRequest): object {
    this.#write(text.decode(key), value.slice(), lease);
    return { header: this.#header() };
  }

  /** Only what compares a revision and reads otherwise. */
  #txn({ compare, success, failure }: TxnRequest): object {
    const [compared] = compare;
    const [done] = success;
    const put = done?.requestPut;
    const deletion = done?.requestDeleteRange;
    if (compared === undefined || !failure[0]?.requestRange) {
      return refuse(UNSUPPORTED, 3);
    }
    const key = compared.key;
    const [row] = this.#read({ key, rangeEnd: new Uint8Array() });
    const succeeded =
      (row?.modified ?? 0n) === toBigInt(compared.modRevision as Int64);
    if (!succeeded) {
      const kvs = row === undefined ? [] : [toKv(row)];
      return { succeeded, responses: [{ responseRange: { kvs } }] };
    }
    if (put) this.#put(put);
    if (deletion) this.#write(text.decode(key), undefined, fromBigInt(0n));
    const response = put ? { responsePut: {} } : { responseDeleteRange: {} };
    return { succeeded, header: this.#header(), responses: [response] };
  }

  async #watch(stream: FakeStream): Promise<void> {
    const request = codecOf(`${HEADER}WatchRequest`);
    try {
      for await (const message of stream.messages) {
        const { createRequest, cancelRequest } = request.decode(
          message,
        ) as WatchRequest;
        if (createRequest) this.#create(stream, createRequest);
        if (cancelRequest) {
          const id = toBigInt(cancelRequest.watchId);
          for (const watch of this.#watches) {
            if (watch.id === id) this.#watches.delete(watch);
          }
        }
      }
    } finally {
      for (const watch of this.#watches) {
        if (watch.stream === stream) this.#watches.delete(watch);
      }
    }
  }

  #create(
    stream: FakeStream,
    request: NonNullable<WatchRequest["createRequest"]>,
  ): void {
    if (toBigInt(request.watchId) !== 0n) {
      const cancelReason =
        "rpc error: code = InvalidArgument desc = etcdserver: unsupported options in watch request";
      const refused = { created: true, canceled: true, cancelReason };
      return this.#reply(stream, -1n, refused);
    }
    const id = ++this.#lastWatch;
    const [key, end] = [request.key, request.rangeEnd].map((bytes) =>
      text.decode(bytes)
    );
    const start = toBigInt(request.startRevision);
    const watch = { stream, id, key: key ?? "", end: end ?? "" };
    this.#reply(stream, id, { created: true });
    if (start > this.#revision + 1n) {
      const cancelReason =
        "rpc error: code = OutOfRange desc = etcdserver: mvcc: required revision is a future revision";
      return this.#reply(stream, id, { canceled: true, cancelReason });
    }
    const since = start > 1n ? start - 1n : start;
    if (since > 0n && since < this.#compacted) {
      return this.#reply(stream, id, {
        canceled: true,
        cancelReason: `rpc error: code = OutOfRange desc = ${COMPACTED}`,
        compactRevision: fromBigInt(this.#compacted),
      });
    }
    this.#watches.add(watch);
    if (start === 0n) return;
    const missed = this.#rows.filter((row) =>
      row.modified >= start && isIn(watch, row.key)
    );
    if (missed.length > 0) this.#send(watch, missed);
  }

  /** Whatever the filters, and always with the pair before. */
  #send({ stream, id }: ServedWatch, rows: readonly Row[]): void {
    const events = rows.map((row) => ({
      type: row.value === undefined ? 1 : 0,
      kv: toKv(row),
      ...row.before?.value && { prevKv: toKv(row.before) },
    }));
    this.#reply(stream, id, { events });
  }

  #reply(stream: FakeStream, id: bigint, message: object): void {
    const header = this.#header();
    stream.send(
      codecOf(`${HEADER}WatchResponse`)
        .encode({ header, watchId: fromBigInt(id), ...message }),
    );
  }
}
