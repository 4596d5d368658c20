import type { Client } from "../../../../mod.ts";
import { NO, type PublicMethod } from "./_public_method.ts";

const LEADER = { name: "n", key: "n/1", revision: 1n, lease: 1n } as never;

/** The methods of the server's services, of the cluster and of a member. */
export function serviceMethods(client: Client): readonly PublicMethod[] {
  return [
    ...lockMethods(client),
    ...electionMethods(client),
    ...authMethods(client),
    ...userMethods(client),
    ...roleMethods(client),
    ...clusterMethods(client),
    ...maintenanceMethods(client),
    ...memberMethods(client),
  ];
}

function lockMethods(client: Client): readonly PublicMethod[] {
  return [
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
  ];
}

function electionMethods({ election }: Client): readonly PublicMethod[] {
  return [
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
  ];
}

function authMethods({ auth }: Client): readonly PublicMethod[] {
  return [
    { name: "auth.enable", call: (options) => auth.enable(options) },
    { name: "auth.disable", call: (options) => auth.disable(options) },
    { name: "auth.status", call: (options) => auth.status(options) },
    {
      name: "auth.authenticate",
      call: (options) => auth.authenticate(options),
      wrong: [["auth", () => auth.authenticate()]],
    },
  ];
}

function userMethods({ auth }: Client): readonly PublicMethod[] {
  return [
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
  ];
}

function roleMethods({ auth }: Client): readonly PublicMethod[] {
  return [
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
  ];
}

function clusterMethods({ cluster }: Client): readonly PublicMethod[] {
  return [
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
  ];
}

function maintenanceMethods({ maintenance }: Client): readonly PublicMethod[] {
  return [
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
  ];
}

function memberMethods(client: Client): readonly PublicMethod[] {
  const member = client.member("http://127.0.0.1:1");
  return [
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
  ];
}
