import {
  type Client,
  compare,
  fromKey,
  type Lease,
  op,
  prefix,
  range,
  type Session,
} from "../../mod.ts";

/** A public method, with arguments that are fine but for the last. */
export interface PublicMethod {
  /** As errors name it. */
  readonly name: string;
  /** Calls it with these options. */
  readonly call: (options: never) => unknown;
  /** Further calls that give something wrong, by the option named. */
  readonly wrong?: readonly (readonly [string, () => unknown])[];
}

// Whatever is not of the type that it should be.
const NO = null as never;
const LEADER = { name: "n", key: "n/1", revision: 1n, lease: 1n } as never;

/** The methods of everything that a client gives. */
export function publicMethods(
  client: Client,
  lease: Lease,
  session: Session,
): readonly PublicMethod[] {
  const { kv, auth, cluster, maintenance, election } = client;
  const member = client.member("http://127.0.0.1:1");
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
      ],
    },
    {
      name: "delete",
      call: (options) => client.delete("k", options),
      wrong: [["key", () => client.delete(NO)]],
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
    { name: "watch", call: (options) => client.watch("k", options) },
    { name: "connect", call: (options) => client.connect(options) },
    { name: "syncEndpoints", call: (options) => client.syncEndpoints(options) },
    { name: "session", call: (options) => client.session(options) },
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
    { name: "Lease.revoke", call: (options) => lease.revoke(options) },
    { name: "Lease.timeToLive", call: (options) => lease.timeToLive(options) },
    {
      name: "Lease.keepAliveOnce",
      call: (options) => lease.keepAliveOnce(options),
    },
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
      name: "Session.observe",
      call: (options) => session.observe("n", options),
      wrong: [["name", () => session.observe(NO)]],
    },
    {
      name: "lock.lock",
      call: (options) => client.lock.lock("n", options),
      wrong: [
        ["name", () => client.lock.lock(NO, { lease: 1n })],
        ["lease", () => client.lock.lock("n", {} as never)],
      ],
    },
    {
      name: "lock.unlock",
      call: (options) => client.lock.unlock("n/1", options),
      wrong: [["key", () => client.lock.unlock(NO)]],
    },
    {
      name: "election.campaign",
      call: (options) => election.campaign("n", "v", options),
      wrong: [["value", () => election.campaign("n", NO, { lease: 1n })]],
    },
    {
      name: "election.proclaim",
      call: (options) => election.proclaim(LEADER, "v", options),
      wrong: [["leader", () => election.proclaim(NO, "v")]],
    },
    {
      name: "election.leader",
      call: (options) => election.leader("n", options),
      wrong: [["name", () => election.leader(NO)]],
    },
    {
      name: "election.observe",
      call: (options) => election.observe("n", options),
      wrong: [["name", () => election.observe(NO)]],
    },
    {
      name: "election.resign",
      call: (options) => election.resign(LEADER, options),
      wrong: [["leader", () => election.resign(NO)]],
    },
    { name: "auth.enable", call: (options) => auth.enable(options) },
    { name: "auth.disable", call: (options) => auth.disable(options) },
    { name: "auth.status", call: (options) => auth.status(options) },
    {
      name: "auth.users.add",
      call: (options) => auth.users.add("u", options),
      wrong: [
        ["name", () => auth.users.add(NO, { password: "p" })],
        ["password", () => auth.users.add("u", { password: 5 as never })],
        ["passwort", () => auth.users.add("u", { passwort: "p" } as never)],
      ],
    },
    {
      name: "auth.users.get",
      call: (options) => auth.users.get("u", options),
      wrong: [["name", () => auth.users.get(NO)]],
    },
    { name: "auth.users.list", call: (options) => auth.users.list(options) },
    {
      name: "auth.users.delete",
      call: (options) => auth.users.delete("u", options),
    },
    {
      name: "auth.users.changePassword",
      call: (options) => auth.users.changePassword("u", "p", options),
      wrong: [["password", () => auth.users.changePassword("u", NO)]],
    },
    {
      name: "auth.users.grantRole",
      call: (options) => auth.users.grantRole("u", "r", options),
      wrong: [["role", () => auth.users.grantRole("u", NO)]],
    },
    {
      name: "auth.users.revokeRole",
      call: (options) => auth.users.revokeRole("u", "r", options),
    },
    {
      name: "auth.roles.add",
      call: (options) => auth.roles.add("r", options),
      wrong: [["name", () => auth.roles.add(NO)]],
    },
    { name: "auth.roles.get", call: (options) => auth.roles.get("r", options) },
    { name: "auth.roles.list", call: (options) => auth.roles.list(options) },
    {
      name: "auth.roles.delete",
      call: (options) => auth.roles.delete("r", options),
    },
    {
      name: "auth.roles.grantPermission",
      call: (options) =>
        auth.roles.grantPermission("r", { type: "read", keys: "k" }, options),
      wrong: [
        ["grant", () => auth.roles.grantPermission("r", NO)],
        [
          "grant.type",
          () =>
            auth.roles.grantPermission(
              "r",
              { type: "all", keys: "k" } as never,
            ),
        ],
        [
          "key",
          () =>
            auth.roles.grantPermission("r", { type: "read", keys: 5 } as never),
        ],
      ],
    },
    {
      name: "auth.roles.revokePermission",
      call: (options) => auth.roles.revokePermission("r", "k", options),
      wrong: [["key", () => auth.roles.revokePermission("r", NO)]],
    },
    { name: "cluster.members", call: (options) => cluster.members(options) },
    {
      name: "cluster.add",
      call: (options) => cluster.add("http://h:1", options),
      wrong: [
        ["peerUrls", () => cluster.add(NO)],
        [
          "isLearner",
          () => cluster.add("http://h:1", { isLearner: true } as never),
        ],
      ],
    },
    {
      name: "cluster.remove",
      call: (options) => cluster.remove(1n, options),
      wrong: [["id", () => cluster.remove("1" as never)]],
    },
    {
      name: "cluster.update",
      call: (options) => cluster.update(1n, "http://h:1", options),
      wrong: [["peerUrls", () => cluster.update(1n, [])]],
    },
    {
      name: "cluster.promote",
      call: (options) => cluster.promote(1n, options),
      wrong: [["id", () => cluster.promote(NO)]],
    },
    {
      name: "maintenance.alarms",
      call: (options) => maintenance.alarms(options),
    },
    {
      name: "maintenance.disarm",
      call: (options) => maintenance.disarm(options),
      wrong: [["type", () => maintenance.disarm({ type: "full" as never })]],
    },
    {
      name: "maintenance.snapshot",
      call: (options) => maintenance.snapshot(options),
    },
    { name: "member().status", call: (options) => member.status(options) },
    { name: "member().health", call: (options) => member.health(options) },
    {
      name: "member().defragment",
      call: (options) => member.defragment(options),
    },
    { name: "member().hash", call: (options) => member.hash(options) },
    { name: "member().hashKv", call: (options) => member.hashKv(options) },
    { name: "member().snapshot", call: (options) => member.snapshot(options) },
    {
      name: "member().moveLeader",
      call: (options) => member.moveLeader(1n, options),
      wrong: [["to", () => member.moveLeader(5 as never)]],
    },
    {
      name: "member().downgrade.validate",
      call: (options) => member.downgrade.validate("3.5", options),
      wrong: [["version", () => member.downgrade.validate(NO)]],
    },
    {
      name: "member().downgrade.enable",
      call: (options) => member.downgrade.enable("3.5", options),
    },
    {
      name: "member().downgrade.cancel",
      call: (options) => member.downgrade.cancel(options),
    },
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
    ["prefix", "prefix", () => prefix(NO)],
    ["range", "start", () => range(NO, "b")],
    ["range", "end", () => range("b", NO)],
    ["fromKey", "start", () => fromKey(NO)],
  ];
}
