import {
  type Client,
  compare,
  fromKey,
  type Lease,
  op,
  prefix,
  range,
  type Session,
} from "../../../../mod.ts";
import { NO, type PublicMethod } from "./_public_method.ts";
import { serviceMethods } from "./_service_methods.ts";

/** The methods of everything that a client gives. */
export function publicMethods(
  client: Client,
  { lease, session }: { readonly lease: Lease; readonly session: Session },
): readonly PublicMethod[] {
  return [
    ...serviceMethods(client),
    ...readMethods(client),
    ...writeMethods(client),
    ...clientMethods(client),
    ...leaseMethods(client, lease),
    ...sessionMethods(session),
    ...operations(),
  ];
}

function readMethods(client: Client): readonly PublicMethod[] {
  const { kv } = client;
  return [
    {
      name: "get",
      call: (options) => client.get("k", options),
      wrong: [
        ["key", () => client.get(NO)],
        ["key", () => client.get("")],
        ["key", () => client.get(prefix("k") as never)],
        ["revision", () => kv.get("k", { revision: 5 as never })],
        ["serializable", () => kv.get("k", { serializable: "yes" as never })],
      ],
    },
    {
      name: "range",
      call: (options) => client.range("k", options),
      wrong: [
        ["key", () => client.range({ kind: "range" } as never)],
        ["limit", () => client.range("k", { limit: 0 })],
        ["limit", () => client.range("k", { limit: 5n as never })],
        ["sortBy", () => client.range("k", { sortBy: "size" as never })],
        ["order", () => client.range("k", { order: "up" as never })],
      ],
    },
    {
      name: "list",
      call: (options) => client.list("k", options),
      wrong: [
        ["key", () => client.list(NO)],
        ["order", () => client.list("k", { order: "ascend" } as never)],
      ],
    },
  ];
}

function writeMethods(client: Client): readonly PublicMethod[] {
  const { kv } = client;
  return [
    {
      name: "put",
      call: (options) => client.put("k", "v", options),
      wrong: [
        ["key", () => client.put(NO, "v")],
        ["key", () => client.put(5 as never, "v")],
        ["value", () => client.put("k", NO)],
        ["value", () => client.put("k", { v: 1 } as never)],
        ["lease", () => client.put("k", "v", { lease: 5 as never })],
        ["leaseId", () => client.put("k", "v", { leaseId: 5n } as never)],
        ["ifAbsent", () => client.put("k", "v", { ifAbsent: false } as never)],
      ],
    },
    {
      name: "delete",
      call: (options) => client.delete("k", options),
      wrong: [
        ["key", () => client.delete(NO)],
        ["ifAbsent", () => client.delete("k", { ifAbsent: true } as never)],
      ],
    },
    {
      name: "txn",
      call: (options) => client.txn({}, options),
      wrong: [
        ["txn", () => client.txn(NO)],
        ["txn.then", () => client.txn({ then: op.get("k") } as never)],
        ["comparison", () => client.txn({ if: [NO] })],
        ["operation", () => client.txn({ then: [NO] })],
        ["key", () => client.txn({ then: [op.put(NO, "v")] })],
        ["value", () => client.txn({ then: [op.put("k", NO)] })],
        ["mod", () => client.txn({ if: [compare.modRevision("k", "=", NO)] })],
        ["or", () => client.txn({ or: [] } as never)],
      ],
    },
    {
      name: "kv.compact",
      call: (options) => kv.compact(1n, options),
      wrong: [["revision", () => kv.compact(5 as never)]],
    },
  ];
}

function clientMethods(client: Client): readonly PublicMethod[] {
  return [
    { name: "watch", call: (options) => client.watch("k", options) },
    {
      name: "requestProgress",
      call: (options) => client.requestProgress(options),
    },
    { name: "connect", call: (options) => client.connect(options) },
    { name: "syncEndpoints", call: (options) => client.syncEndpoints(options) },
    {
      name: "session",
      call: (options) => client.session(options),
      wrong: [
        ["lease", () => client.session({ lease: 0n })],
        ["lease", () => client.session({ lease: 5 as never })],
        ["ttlSeconds", () => client.session({ lease: 5n, ttlSeconds: 5 })],
      ],
    },
  ];
}

function leaseMethods(client: Client, lease: Lease): readonly PublicMethod[] {
  return [
    {
      name: "lease.grant",
      call: (options) => client.lease.grant(5, options),
      wrong: [
        ["ttlSeconds", () => client.lease.grant(NO)],
        ["ttlSeconds", () => client.lease.grant({ ttl: 5 } as never)],
        ["id", () => client.lease.grant(5, { id: 5 as never })],
      ],
    },
    {
      name: "lease.attach",
      call: (options) => client.lease.attach(1n, options),
      wrong: [["id", () => client.lease.attach(5 as never)]],
    },
    { name: "lease.list", call: (options) => client.lease.list(options) },
    {
      name: "Lease.keepAlive",
      call: (options) => lease.keepAlive(options),
      wrong: [["onRenewal", () => lease.keepAlive({ onRenewal: NO })]],
    },
    { name: "Lease.revoke", call: (options) => lease.revoke(options) },
    { name: "Lease.timeToLive", call: (options) => lease.timeToLive(options) },
    {
      name: "Lease.keepAliveOnce",
      call: (options) => lease.keepAliveOnce(options),
    },
  ];
}

function sessionMethods(session: Session): readonly PublicMethod[] {
  return [
    {
      name: "Session.lock",
      call: (options) => session.lock("n", options),
      wrong: [["name", () => session.lock(NO)]],
    },
    {
      name: "Session.tryLock",
      call: (options) => session.tryLock("n", options),
      wrong: [["name", () => session.tryLock("")]],
    },
    {
      name: "Session.campaign",
      call: (options) => session.campaign("n", "v", options),
      wrong: [["value", () => session.campaign("n", NO)]],
    },
    {
      name: "Session.resume",
      call: (options) =>
        session.resume("n", { key: "n/1", revision: 1n }, options),
      wrong: [
        ["name", () => session.resume(NO, { key: "n/1", revision: 1n })],
        ["leadership", () => session.resume("n", NO)],
        ["key", () => session.resume("n", { key: "o/1", revision: 1n })],
        ["key", () => session.resume("n", { key: "n/2", revision: 1n })],
        ["revision", () => session.resume("n", { key: "n/1", revision: 0n })],
        ["revision", () => session.resume("n", { key: "n/1", revision: NO })],
      ],
    },
    {
      name: "Session.observe",
      call: (options) => session.observe("n", options),
      wrong: [["name", () => session.observe(NO)]],
    },
  ];
}

function operations(): readonly PublicMethod[] {
  return [
    { name: "op.get", call: (options) => op.get("k", options) },
    { name: "op.range", call: (options) => op.range("k", options) },
    { name: "op.put", call: (options) => op.put("k", "v", options) },
    { name: "op.delete", call: (options) => op.delete("k", options) },
  ];
}

/** Calls of methods and functions without options, by what they are named. */
export function wrongArguments(
  client: Client,
): readonly (readonly [string, string, () => unknown])[] {
  return [
    ["kv.batched", "mode", () => client.kv.batched("some" as never)],
    ["setEndpoints", "endpoints", () => client.setEndpoints(NO)],
    ["setEndpoints", "endpoints", () => client.setEndpoints([])],
    ["member", "endpoint", () => client.member(NO)],
    ["namespace", "prefix", () => client.namespace(NO)],
    ["namespace", "prefix", () => client.namespace("a/").namespace("")],
    ["watch", "key", () => client.watch(NO)],
    ["watch", "key", () => client.namespace("a/").watch(NO)],
    [
      "watch",
      "buffer.policy",
      () => client.watch("k", { buffer: { policy: "drop" } } as never),
    ],
    [
      "watch",
      "onLeaderLoss",
      () => client.watch("k", { requireLeader: false, onLeaderLoss: "end" }),
    ],
    ["prefix", "prefix", () => prefix(NO)],
    ["range", "start", () => range(NO, "b")],
    ["range", "end", () => range("b", NO)],
    ["fromKey", "start", () => fromKey(NO)],
  ];
}
