// Our requests against those of Go's own client.
import { assert, assertEquals } from "@std/assert";
import {
  CompareResult,
  CompareTarget,
  PermissionType,
  SortOrder,
  SortTarget,
} from "../../../proto/gen/messages.ts";
import type { RpcTypes } from "../../../proto/gen/rpcs.ts";
import { ZERO } from "../../../proto/int64.ts";
import type { Method } from "../../../proto/method.ts";
import { methods } from "../../../proto/methods.ts";
import { findCall, RECORDINGS } from "./_golden_calls.ts";

const utf8 = new TextEncoder();
const int = (value: number) => ({ low: value, high: 0 });
const LEASE = { low: 0x89ab_cdef | 0, high: 0x0123_4567 };

for (const { version, calls } of RECORDINGS) {
  Deno.test(`requests | etcd ${version} | are encoded as by Go`, () => {
    for (const [title, name, given] of REQUESTS) {
      const method = METHODS[name];
      assert(method, name);
      const { client, requests } = findCall(calls, title, method.path);
      assertEquals(client, "etcdctl");
      assertEquals(method.encode(given).toHex(), requests[0], title);
    }
  });
}

const key = utf8.encode("foo");

const METHODS: Readonly<Record<string, Method<object, unknown>>> = Object
  .fromEntries(
    Object.values(methods).flatMap((service): Method<object, unknown>[] =>
      Object.values(service)
    ).map((method) => [method.name, method]),
  );

/** What `etcdctl` was asked to do, and the request of ours that says so. */
const REQUESTS: readonly {
  [Name in keyof RpcTypes]: readonly [string, Name, RpcTypes[Name]["request"]];
}[keyof RpcTypes][] = [
  ["put", "KV.Put", { key, value: utf8.encode("bar") }],
  ["put with the previous", "KV.Put", {
    key,
    value: utf8.encode("baz"),
    prevKv: true,
  }],
  ["put with a lease", "KV.Put", {
    key: utf8.encode("l"),
    value: utf8.encode("1"),
    lease: LEASE,
  }],
  ["get", "KV.Range", { key }],
  ["range with every option of etcdctl", "KV.Range", {
    key: utf8.encode("f"),
    rangeEnd: utf8.encode("g"),
    limit: int(1),
    revision: int(3),
    sortOrder: SortOrder.DESCEND,
    sortTarget: SortTarget.VALUE,
    serializable: true,
    keysOnly: true,
  }],
  ["txn", "KV.Txn", {
    compare: [
      {
        key,
        target: CompareTarget.MOD,
        result: CompareResult.GREATER,
        modRevision: ZERO,
      },
      {
        key,
        target: CompareTarget.VERSION,
        result: CompareResult.EQUAL,
        version: int(2),
      },
      {
        key,
        target: CompareTarget.VALUE,
        result: CompareResult.EQUAL,
        value: utf8.encode("baz"),
      },
      {
        key,
        target: CompareTarget.CREATE,
        result: CompareResult.LESS,
        createRevision: int(1_000),
      },
    ],
    success: [
      { requestPut: { key, value: utf8.encode("in-txn") } },
      { requestRange: { key } },
      { requestDeleteRange: { key: utf8.encode("fop") } },
    ],
    failure: [{ requestRange: { key } }],
  }],
  ["delete with the previous", "KV.DeleteRange", {
    key: utf8.encode("t"),
    prevKv: true,
  }],
  ["compact", "KV.Compact", { revision: int(3), physical: true }],
  ["watch", "Watch.Watch", {
    createRequest: {
      key: utf8.encode("f"),
      rangeEnd: utf8.encode("g"),
      startRevision: int(5),
      prevKv: true,
    },
  }],
  ["grant", "Lease.LeaseGrant", { TTL: int(600) }],
  ["time to live with keys", "Lease.LeaseTimeToLive", {
    ID: LEASE,
    keys: true,
  }],
  ["keep alive", "Lease.LeaseKeepAlive", { ID: LEASE }],
  ["revoke", "Lease.LeaseRevoke", { ID: LEASE }],
  ["status", "Maintenance.Status", {}],
  ["user add root:pw", "Auth.UserAdd", {
    name: "root",
    password: "pw",
    options: {},
  }],
  ["user add guest --no-password", "Auth.UserAdd", {
    name: "guest",
    options: { noPassword: true },
  }],
  ["role grant-permission r readwrite a b", "Auth.RoleGrantPermission", {
    name: "r",
    perm: {
      permType: PermissionType.READWRITE,
      key: utf8.encode("a"),
      rangeEnd: utf8.encode("b"),
    },
  }],
  ["user grant-role guest r", "Auth.UserGrantRole", {
    user: "guest",
    role: "r",
  }],
  ["--user=root:pw get foo", "Auth.Authenticate", {
    name: "root",
    password: "pw",
  }],
];
