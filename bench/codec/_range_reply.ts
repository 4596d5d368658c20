import protobuf from "protobufjs/light.js";
import { descriptor } from "../../proto/gen/descriptor.ts";

const encoder = new TextEncoder();

/** The bytes of a server's reply to a range read. */
export function rangeReply(keys: number): Uint8Array {
  const root = new protobuf.Root();
  const names = [
    "mvccpb.KeyValue",
    "etcdserverpb.ResponseHeader",
    "etcdserverpb.RangeResponse",
  ];
  for (const name of names) {
    const [folder = "", type = ""] = name.split(".");
    root.define(folder)
      .addJSON({ [type]: descriptor[name] as protobuf.IType });
  }
  const value = encoder.encode("v".repeat(256));
  return root.lookupType("etcdserverpb.RangeResponse").encode({
    header: { clusterId: 7, memberId: 8, revision: 123_456, raftTerm: 2 },
    count: keys,
    kvs: Array.from({ length: keys }, (_, at) => ({
      key: encoder.encode(`bench/r/${String(at).padStart(4, "0")}`),
      createRevision: 100_000 + at,
      modRevision: 200_000 + at,
      version: at + 1,
      value,
      lease: 7_587_848_390_000_000 + at,
    })),
  }).finish();
}

/** Whether two are equal. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((byte, at) => byte === other[at]);
}
