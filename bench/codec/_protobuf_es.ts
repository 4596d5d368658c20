/** The messages of the codec's benchmark as protobuf-es has them. */
import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

type Fields = Readonly<Record<string, readonly [number, string]>>;

/** The fields that are used, by number and type; `[]` if repeated. */
const MESSAGES: Readonly<Record<string, Fields>> = {
  ResponseHeader: {
    cluster_id: [1, "UINT64"],
    member_id: [2, "UINT64"],
    revision: [3, "INT64"],
    raft_term: [4, "UINT64"],
  },
  KeyValue: {
    key: [1, "BYTES"],
    create_revision: [2, "INT64"],
    mod_revision: [3, "INT64"],
    version: [4, "INT64"],
    value: [5, "BYTES"],
    lease: [6, "INT64"],
  },
  RangeResponse: {
    header: [1, "ResponseHeader"],
    kvs: [2, "KeyValue[]"],
    more: [3, "BOOL"],
    count: [4, "INT64"],
  },
  PutRequest: { key: [1, "BYTES"], value: [2, "BYTES"] },
  RequestOp: { request_put: [2, "PutRequest"] },
  TxnRequest: { success: [2, "RequestOp[]"] },
};
const SCALARS: Readonly<Record<string, Type>> = {
  BYTES: Type.BYTES,
  BOOL: Type.BOOL,
  INT64: Type.INT64,
  UINT64: Type.UINT64,
};

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "bench.proto",
    package: "bench",
    syntax: "proto3",
    messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
      name,
      field: Object.entries(fields).map(([field, [number, text]]) => {
        const type = text.replace("[]", "");
        const scalar = SCALARS[type];
        return {
          name: field,
          number,
          label: text === type ? Label.OPTIONAL : Label.REPEATED,
          ...(scalar === undefined
            ? { type: Type.MESSAGE, typeName: `.bench.${type}` }
            : { type: scalar }),
        };
      }),
    })),
  }),
  () => undefined,
);

/** A message as it is read: the fields that the benchmark looks at. */
export interface EsRangeResponse extends Message {
  readonly kvs: readonly {
    readonly createRevision: bigint;
    readonly modRevision: bigint;
    readonly version: bigint;
    readonly lease: bigint;
  }[];
}

/** Reads a range's reply. */
export function esDecodeRange(bytes: Uint8Array): EsRangeResponse {
  return fromBinary(schema("RangeResponse"), bytes) as EsRangeResponse;
}

/** Makes the encoder of a txn that has these puts. */
export function esTxn(
  puts: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[],
): () => Uint8Array {
  const txn = schema("TxnRequest");
  const message = create(txn, {
    success: puts.map((put) => ({ requestPut: put })),
  });
  return () => toBinary(txn, message);
}

function schema(name: string): DescMessage {
  const found = registry.getMessage(`bench.${name}`);
  if (found === undefined) throw new Error(`Cannot find the message ${name}`);
  return found;
}
