import { assertEquals, assertFalse } from "@std/assert";
import { rpcs } from "../../../proto/gen/rpcs.ts";
import type { Effect, Method, MethodKind } from "../../../proto/method.ts";
import { methods, revokeServerChosen } from "../../../proto/methods.ts";

const PROTO = new URL("../../../proto/etcd/", import.meta.url);
const key = new TextEncoder().encode("k");

// deno-lint-ignore no-explicit-any -- a table of methods of every type.
const all = Object.values(methods).flatMap((service): Method<any, any>[] =>
  Object.values(service)
);

interface SourceRpc {
  readonly path: string;
  readonly kind: MethodKind;
  readonly since: string | undefined;
}

/** What the .proto files say, read without any of the generated code. */
async function rpcsOfSources(): Promise<ReadonlyMap<string, SourceRpc>> {
  const found = new Map<string, SourceRpc>();
  for await (const entry of Deno.readDir(PROTO)) {
    const text = await Deno.readTextFile(new URL(entry.name, PROTO));
    const name = /^package ([\w.]+);/m.exec(text)?.[1];
    const service = /^service (\w+)/m.exec(text)?.[1];
    const rpc =
      /^ {2}rpc (\w+)\((stream )?\w+\) returns \((stream )?\w+\);(?: \/\/ since (\S+))?$/gm;
    for (const [, method, up, down, since] of text.matchAll(rpc)) {
      found.set(`${service}.${method}`, {
        path: `/${name}.${service}/${method}`,
        kind: up ? "bidi_stream" : down ? "server_stream" : "unary",
        since,
      });
    }
  }
  return found;
}

Deno.test("methods has every rpc of the .proto files, as they say", async () => {
  const sources = await rpcsOfSources();
  assertEquals(sources.size, 51);
  assertEquals(
    Object.fromEntries(
      all.map(({ name, path, kind, since }) => [name, { path, kind, since }]),
    ),
    Object.fromEntries(sources),
  );
  assertEquals(Object.keys(rpcs).length, sources.size);
});

Deno.test("methods names what is newer than etcd 3.4", () => {
  assertEquals(
    all.filter((method) => method.since !== undefined)
      .map((method) => `${method.name} ${method.since}`),
    ["KV.RangeStream 3.7", "Auth.AuthStatus 3.5", "Maintenance.Downgrade 3.5"],
  );
});

const range = { requestRange: { key } };
const put = { requestPut: { key } };
const remove = { requestDeleteRange: { key } };
const txn = (request: object) => ({ requestTxn: request });

/** Method, request, and what repeating it can do. */
const EFFECTS: readonly (readonly [string, object, Effect])[] = [
  ["KV.Range", { key }, "read"],
  ["KV.RangeStream", { key }, "read"],
  ["KV.Put", { key }, "write"],
  ["KV.DeleteRange", { key }, "write"],
  ["KV.Txn", {}, "read"],
  ["KV.Txn", { success: [range], failure: [range] }, "read"],
  ["KV.Txn", { success: [range, put] }, "write"],
  ["KV.Txn", { failure: [range, remove] }, "write"],
  ["KV.Txn", { success: [txn({ failure: [range] })] }, "read"],
  ["KV.Txn", { success: [txn({ failure: [range, put] })] }, "write"],
  [
    "KV.Txn",
    { failure: [txn({ success: [txn({ success: [range] })] })] },
    "read",
  ],
  [
    "KV.Txn",
    { failure: [txn({ success: [txn({ success: [remove] })] })] },
    "write",
  ],
  ["KV.Compact", {}, "write"],
  ["Watch.Watch", {}, "read"],
  ["Lease.LeaseGrant", {}, "write"],
  ["Lease.LeaseGrant", { ID: { low: 0, high: 0 } }, "write"],
  ["Lease.LeaseGrant", { ID: { low: 5, high: 0 } }, "write"],
  ["Lease.LeaseGrant", { ID: { low: 0, high: 5 } }, "write"],
  ["Lease.LeaseRevoke", {}, "write"],
  ["Lease.LeaseKeepAlive", {}, "read"],
  ["Lease.LeaseTimeToLive", {}, "read"],
  ["Lease.LeaseLeases", {}, "read"],
  ["Auth.AuthEnable", {}, "write"],
  ["Auth.AuthDisable", {}, "write"],
  ["Auth.AuthStatus", {}, "read"],
  ["Auth.Authenticate", {}, "read"],
  ["Auth.UserAdd", {}, "write"],
  ["Auth.UserGet", {}, "read"],
  ["Auth.UserList", {}, "read"],
  ["Auth.UserDelete", {}, "write"],
  ["Auth.UserChangePassword", {}, "write"],
  ["Auth.UserGrantRole", {}, "write"],
  ["Auth.UserRevokeRole", {}, "write"],
  ["Auth.RoleAdd", {}, "write"],
  ["Auth.RoleGet", {}, "read"],
  ["Auth.RoleList", {}, "read"],
  ["Auth.RoleDelete", {}, "write"],
  ["Auth.RoleGrantPermission", {}, "write"],
  ["Auth.RoleRevokePermission", {}, "write"],
  ["Cluster.MemberAdd", {}, "write"],
  ["Cluster.MemberRemove", {}, "write"],
  ["Cluster.MemberUpdate", {}, "write"],
  ["Cluster.MemberList", {}, "read"],
  ["Cluster.MemberPromote", {}, "write"],
  ["Maintenance.Alarm", {}, "read"],
  ["Maintenance.Alarm", { action: 0 }, "read"],
  ["Maintenance.Alarm", { action: 1 }, "write"],
  ["Maintenance.Alarm", { action: 2 }, "write"],
  ["Maintenance.Status", {}, "read"],
  ["Maintenance.Defragment", {}, "write"],
  ["Maintenance.Hash", {}, "read"],
  ["Maintenance.HashKV", {}, "read"],
  ["Maintenance.Snapshot", {}, "read"],
  ["Maintenance.MoveLeader", {}, "write"],
  ["Maintenance.Downgrade", {}, "read"],
  ["Maintenance.Downgrade", { action: 0 }, "read"],
  ["Maintenance.Downgrade", { action: 1 }, "write"],
  ["Maintenance.Downgrade", { action: 2 }, "write"],
  ["Lock.Lock", {}, "write"],
  ["Lock.Unlock", {}, "write"],
  ["Election.Campaign", {}, "write"],
  ["Election.Proclaim", {}, "write"],
  ["Election.Leader", {}, "read"],
  ["Election.Observe", {}, "read"],
  ["Election.Resign", {}, "write"],
  ["Health.Check", {}, "read"],
  ["Health.Watch", {}, "read"],
];

Deno.test("effect() says what repeating each request can do", () => {
  assertEquals(
    EFFECTS.map(([name, request]) => [
      name,
      request,
      all.find((method) => method.name === name)?.effect(request),
    ]),
    EFFECTS.map((row) => [...row]),
  );
  const listed = new Set(EFFECTS.map(([name]) => name));
  assertEquals(all.filter(({ name }) => !listed.has(name)), []);
});

Deno.test("effect() lets nothing be repeated that changes something, but the revocation of an id that no server chooses again", () => {
  const { path, encode } = methods.lease.revoke;
  assertEquals(revokeServerChosen.path, path);
  const request = { ID: { low: 5, high: 0 } };
  assertEquals(revokeServerChosen.encode(request), encode(request));
  assertEquals(revokeServerChosen.effect(request), "idempotent");
  assertFalse(EFFECTS.some(([, , effect]) => effect === "idempotent"));
});

Deno.test("methods cannot be changed by a user of the table", () => {
  for (const service of Object.values(methods)) {
    assertFalse(Object.isExtensible(service));
  }
  for (const method of all) assertFalse(Object.isExtensible(method));
});
