import type {
  DeleteRangeResponse,
  KeyValue,
  LeaderKey,
  LeaderKeyInit,
  LeaderResponse,
  PutResponse,
  RangeResponse,
  RequestOpInit,
  ResponseOp,
  TxnRequestInit,
  TxnResponse,
} from "../../proto/gen/messages.ts";
import type { RpcTypes } from "../../proto/gen/rpcs.ts";
import { keyUnder, rangeUnder } from "./_range.ts";

interface Mapping<Request, Response> {
  readonly request: (request: Request, prefix: Uint8Array) => Request;
  readonly response: (response: Response, prefix: Uint8Array) => Response;
}

type Mappings = {
  readonly [Name in keyof RpcTypes]?: Mapping<
    RpcTypes[Name]["request"],
    RpcTypes[Name]["response"]
  >;
};

const EMPTY = new Uint8Array();

/** The keys, and names that become keys, in each method's messages. */
const MAPPINGS: Mappings = {
  "KV.Range": { request: ranged, response: rangeResponse },
  "KV.RangeStream": {
    request: ranged,
    response: (response, prefix) =>
      derive(response, {
        rangeResponse: response.rangeResponse &&
          rangeResponse(response.rangeResponse, prefix),
      }),
  },
  "KV.Put": { request: keyed, response: putResponse },
  "KV.DeleteRange": { request: ranged, response: deleteResponse },
  "KV.Txn": { request: txnRequest, response: txnResponse },
  "Lease.LeaseTimeToLive": {
    request: same,
    response: (response, prefix) =>
      derive(response, {
        keys: response.keys
          .filter((key) =>
            key.length > prefix.length &&
            prefix.every((byte, at) => key[at] === byte)
          )
          .map((key) => key.subarray(prefix.length)),
      }),
  },
  "Lock.Lock": {
    request: named,
    response: (response, prefix) =>
      derive(response, {
        key: response.key.subarray(prefix.length),
      }),
  },
  "Lock.Unlock": { request: keyed, response: same },
  "Election.Campaign": {
    request: named,
    response: (response, prefix) =>
      derive(response, {
        leader: response.leader && leaderFrom(response.leader, prefix),
      }),
  },
  "Election.Proclaim": { request: led, response: same },
  "Election.Leader": { request: named, response: leaderResponse },
  "Election.Observe": { request: named, response: leaderResponse },
  "Election.Resign": { request: led, response: same },
};

/** The request of a method, with the prefix before its keys and names. */
export function requestUnder<Request>(
  method: string,
  request: Request,
  prefix: Uint8Array,
): Request {
  const mapping = mappingOf<Request, unknown>(method);
  return mapping ? mapping.request(request, prefix) : request;
}

/** The response of a method, with the prefix taken off its keys and names. */
export function responseUnder<Response>(
  method: string,
  response: Response,
  prefix: Uint8Array,
): Response {
  const mapping = mappingOf<unknown, Response>(method);
  return mapping ? mapping.response(response, prefix) : response;
}

function mappingOf<Request, Response>(
  method: string,
): Mapping<Request, Response> | undefined {
  return MAPPINGS[method as keyof RpcTypes] as unknown as
    | Mapping<Request, Response>
    | undefined;
}

/**
 * The message with some fields changed. What it leaves out it has from its
 * prototype, which a copy would lose; and others may hold it too.
 */
function derive<T extends object>(message: T, changes: Partial<T>): T {
  return Object.assign(Object.create(message), changes);
}

function same<T>(message: T): T {
  return message;
}

function keyed<T extends { readonly key?: Uint8Array | undefined }>(
  request: T,
  prefix: Uint8Array,
): T {
  return { ...request, key: keyUnder(prefix, request.key ?? EMPTY) };
}

function named<T extends { readonly name?: Uint8Array | undefined }>(
  request: T,
  prefix: Uint8Array,
): T {
  return { ...request, name: keyUnder(prefix, request.name ?? EMPTY) };
}

function ranged<
  T extends {
    readonly key?: Uint8Array | undefined;
    readonly rangeEnd?: Uint8Array | undefined;
  },
>(request: T, prefix: Uint8Array): T {
  const { key = EMPTY, rangeEnd } = request;
  return { ...request, ...rangeUnder(prefix, { key, rangeEnd }) };
}

function led<T extends { readonly leader?: LeaderKeyInit | null | undefined }>(
  request: T,
  prefix: Uint8Array,
): T {
  const { leader } = request;
  return { ...request, leader: leader && keyed(named(leader, prefix), prefix) };
}

function leaderFrom(leader: LeaderKey, { length }: Uint8Array): LeaderKey {
  return derive(leader, {
    name: leader.name.subarray(length),
    key: leader.key.subarray(length),
  });
}

// There may be very many, and a prototype of its own makes each slow.
function kvFrom(kv: KeyValue, { length }: Uint8Array): KeyValue {
  const { createRevision, modRevision, version, value, lease } = kv;
  const key = kv.key.subarray(length);
  return { key, createRevision, modRevision, version, value, lease };
}

function leaderResponse(
  response: LeaderResponse,
  prefix: Uint8Array,
): LeaderResponse {
  return derive(response, { kv: response.kv && kvFrom(response.kv, prefix) });
}

function rangeResponse(
  response: RangeResponse,
  prefix: Uint8Array,
): RangeResponse {
  return derive(response, {
    kvs: response.kvs.map((kv) => kvFrom(kv, prefix)),
  });
}

function putResponse(response: PutResponse, prefix: Uint8Array): PutResponse {
  const { prevKv } = response;
  return derive(response, { prevKv: prevKv && kvFrom(prevKv, prefix) });
}

function deleteResponse(
  response: DeleteRangeResponse,
  prefix: Uint8Array,
): DeleteRangeResponse {
  const prevKvs = response.prevKvs.map((kv) => kvFrom(kv, prefix));
  return derive(response, { prevKvs });
}

function txnRequest(
  request: TxnRequestInit,
  prefix: Uint8Array,
): TxnRequestInit {
  const branch = (operations: readonly RequestOpInit[] = []) =>
    operations.map((operation) => operationUnder(operation, prefix));
  return {
    compare: request.compare?.map((one) => ranged(one, prefix)),
    success: branch(request.success),
    failure: branch(request.failure),
  };
}

function operationUnder(
  { requestRange, requestPut, requestDeleteRange, requestTxn }: RequestOpInit,
  prefix: Uint8Array,
): RequestOpInit {
  if (requestRange) return { requestRange: ranged(requestRange, prefix) };
  if (requestPut) return { requestPut: keyed(requestPut, prefix) };
  if (requestDeleteRange) {
    return { requestDeleteRange: ranged(requestDeleteRange, prefix) };
  }
  return { requestTxn: requestTxn && txnRequest(requestTxn, prefix) };
}

function txnResponse(response: TxnResponse, prefix: Uint8Array): TxnResponse {
  return derive(response, {
    responses: response.responses.map((one) => operationFrom(one, prefix)),
  });
}

function operationFrom(
  { responseRange, responsePut, responseDeleteRange, responseTxn }: ResponseOp,
  prefix: Uint8Array,
): ResponseOp {
  if (responseRange) {
    return { responseRange: rangeResponse(responseRange, prefix) };
  }
  if (responsePut) return { responsePut: putResponse(responsePut, prefix) };
  if (responseDeleteRange) {
    return { responseDeleteRange: deleteResponse(responseDeleteRange, prefix) };
  }
  return { responseTxn: responseTxn && txnResponse(responseTxn, prefix) };
}
