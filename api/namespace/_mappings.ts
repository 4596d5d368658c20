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
  "KV.Range": { request: withRange, response: rangeFrom },
  "KV.RangeStream": {
    request: withRange,
    response: (response, prefix) =>
      derive(response, {
        rangeResponse: response.rangeResponse &&
          rangeFrom(response.rangeResponse, prefix),
      }),
  },
  "KV.Put": { request: withKey, response: putFrom },
  "KV.DeleteRange": { request: withRange, response: deleteFrom },
  "KV.Txn": { request: txnUnder, response: txnFrom },
  "Lease.LeaseTimeToLive": {
    request: unchanged,
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
    request: withName,
    response: (response, prefix) =>
      derive(response, {
        key: response.key.subarray(prefix.length),
      }),
  },
  "Lock.Unlock": { request: withKey, response: unchanged },
  "Election.Campaign": {
    request: withName,
    response: (response, prefix) =>
      derive(response, {
        leader: response.leader && leaderFrom(response.leader, prefix),
      }),
  },
  "Election.Proclaim": { request: withLeader, response: unchanged },
  "Election.Leader": { request: withName, response: leaderKvFrom },
  "Election.Observe": { request: withName, response: leaderKvFrom },
  "Election.Resign": { request: withLeader, response: unchanged },
};

/** A method, and the prefix of the namespace it is called in. */
export interface MappedCall {
  readonly method: string;
  readonly prefix: Uint8Array;
}

/** The request of a method, with the prefix before its keys and names. */
export function requestUnder<Request>(
  request: Request,
  { method, prefix }: MappedCall,
): Request {
  const mapping = mappingOf<Request, unknown>(method);
  return mapping ? mapping.request(request, prefix) : request;
}

/** The response of a method, with the prefix taken off its keys and names. */
export function responseUnder<Response>(
  response: Response,
  { method, prefix }: MappedCall,
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
 * A message with some fields changed. It inherits all others: a copy would lose
 * the defaults in the prototype, and other code may hold the message.
 */
function derive<T extends object>(message: T, changes: Partial<T>): T {
  return Object.assign(Object.create(message), changes);
}

function unchanged<T>(message: T): T {
  return message;
}

function withKey<T extends { readonly key?: Uint8Array | undefined }>(
  request: T,
  prefix: Uint8Array,
): T {
  return { ...request, key: keyUnder(prefix, request.key ?? EMPTY) };
}

function withName<T extends { readonly name?: Uint8Array | undefined }>(
  request: T,
  prefix: Uint8Array,
): T {
  return { ...request, name: keyUnder(prefix, request.name ?? EMPTY) };
}

function withRange<
  T extends {
    readonly key?: Uint8Array | undefined;
    readonly rangeEnd?: Uint8Array | undefined;
  },
>(request: T, prefix: Uint8Array): T {
  const { key = EMPTY, rangeEnd } = request;
  return { ...request, ...rangeUnder(prefix, { key, rangeEnd }) };
}

function withLeader<
  T extends { readonly leader?: LeaderKeyInit | null | undefined },
>(
  request: T,
  prefix: Uint8Array,
): T {
  const { leader } = request;
  return {
    ...request,
    leader: leader && withKey(withName(leader, prefix), prefix),
  };
}

function leaderFrom(leader: LeaderKey, { length }: Uint8Array): LeaderKey {
  return derive(leader, {
    name: leader.name.subarray(length),
    key: leader.key.subarray(length),
  });
}

// Not derived: there may be very many, and a prototype of its own makes each slow.
function kvFrom(kv: KeyValue, { length }: Uint8Array): KeyValue {
  const { createRevision, modRevision, version, value, lease } = kv;
  const key = kv.key.subarray(length);
  return { key, createRevision, modRevision, version, value, lease };
}

function leaderKvFrom(
  response: LeaderResponse,
  prefix: Uint8Array,
): LeaderResponse {
  return derive(response, { kv: response.kv && kvFrom(response.kv, prefix) });
}

function rangeFrom(
  response: RangeResponse,
  prefix: Uint8Array,
): RangeResponse {
  return derive(response, {
    kvs: response.kvs.map((kv) => kvFrom(kv, prefix)),
  });
}

function putFrom(response: PutResponse, prefix: Uint8Array): PutResponse {
  const { prevKv } = response;
  return derive(response, { prevKv: prevKv && kvFrom(prevKv, prefix) });
}

function deleteFrom(
  response: DeleteRangeResponse,
  prefix: Uint8Array,
): DeleteRangeResponse {
  const prevKvs = response.prevKvs.map((kv) => kvFrom(kv, prefix));
  return derive(response, { prevKvs });
}

function txnUnder(
  request: TxnRequestInit,
  prefix: Uint8Array,
): TxnRequestInit {
  const branch = (operations: readonly RequestOpInit[] = []) =>
    operations.map((operation) => operationUnder(operation, prefix));
  return {
    compare: request.compare?.map((one) => withRange(one, prefix)),
    success: branch(request.success),
    failure: branch(request.failure),
  };
}

function operationUnder(
  { requestRange, requestPut, requestDeleteRange, requestTxn }: RequestOpInit,
  prefix: Uint8Array,
): RequestOpInit {
  if (requestRange) return { requestRange: withRange(requestRange, prefix) };
  if (requestPut) return { requestPut: withKey(requestPut, prefix) };
  if (requestDeleteRange) {
    return { requestDeleteRange: withRange(requestDeleteRange, prefix) };
  }
  return { requestTxn: requestTxn && txnUnder(requestTxn, prefix) };
}

function txnFrom(response: TxnResponse, prefix: Uint8Array): TxnResponse {
  return derive(response, {
    responses: response.responses.map((one) => operationFrom(one, prefix)),
  });
}

function operationFrom(
  { responseRange, responsePut, responseDeleteRange, responseTxn }: ResponseOp,
  prefix: Uint8Array,
): ResponseOp {
  if (responseRange) {
    return { responseRange: rangeFrom(responseRange, prefix) };
  }
  if (responsePut) return { responsePut: putFrom(responsePut, prefix) };
  if (responseDeleteRange) {
    return { responseDeleteRange: deleteFrom(responseDeleteRange, prefix) };
  }
  return { responseTxn: responseTxn && txnFrom(responseTxn, prefix) };
}
