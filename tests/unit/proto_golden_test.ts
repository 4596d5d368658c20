/** Our messages against what real servers and Go's own client sent. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { codecOf } from "../../proto/_codec.ts";
import {
  AlarmType,
  CompareResult,
  CompareTarget,
  EventType,
  PermissionType,
  ServingStatus,
  SortOrder,
  SortTarget,
  type WatchResponse,
} from "../../proto/gen/messages.ts";
import { rpcs, type RpcTypes } from "../../proto/gen/rpcs.ts";
import { toBigInt, toUnsignedBigInt, ZERO } from "../../proto/int64.ts";
import type { Method } from "../../proto/method.ts";
import { methods } from "../../proto/methods.ts";
import recorded34 from "./goldens/etcd_3.4.23.json" with { type: "json" };
import recorded35 from "./goldens/etcd_3.5.16.json" with { type: "json" };

interface Golden {
  readonly title: string;
  readonly client: string;
  readonly path: string;
  readonly status: string;
  readonly requests: readonly string[];
  readonly replies: readonly string[];
}

const RECORDINGS: readonly {
  readonly version: string;
  readonly calls: readonly Golden[];
}[] = [recorded34, recorded35];

const utf8 = new TextEncoder();
const int = (value: number) => ({ low: value, high: 0 });
const LEASE = { low: 0x89ab_cdef | 0, high: 0x0123_4567 };

function rpcOf(golden: Golden) {
  const found = Object.values(rpcs).find(({ path }) => path === golden.path);
  assert(found, golden.path);
  return found;
}

function findCall(
  calls: readonly Golden[],
  title: string,
  path: string,
): Golden {
  const found = calls.find((call) =>
    call.title === title && call.path === path
  );
  assert(found, `${title} ${path}`);
  return found;
}

/** The only reply of a recorded call. */
function reply<Response>(
  calls: readonly Golden[],
  title: string,
  method: Method<never, Response>,
): Response {
  const [bytes] = findCall(calls, title, method.path).replies;
  assert(bytes !== undefined, title);
  return method.decode(Uint8Array.fromHex(bytes));
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

for (const { version, calls } of RECORDINGS) {
  Deno.test(`recorded messages | etcd ${version} | lose nothing`, () => {
    let count = 0;
    for (const golden of calls) {
      const { request, response } = rpcOf(golden);
      for (
        const [type, messages] of [
          [request, golden.requests],
          [response, golden.replies],
        ] as const
      ) {
        const codec = codecOf(type);
        for (const hex of messages) {
          const message = codec.decode(Uint8Array.fromHex(hex));
          assertEquals(codec.encode(message).toHex(), hex, golden.title);
          count++;
        }
      }
    }
    assert(count > 130, `${count} messages`);
  });

  Deno.test(`recorded messages | etcd ${version} | cover the API`, () => {
    const covered = new Set(calls.map(({ path }) => path));
    const is34 = version.startsWith("3.4.");
    assertEquals(
      Object.entries(rpcs).filter(([, { path }]) => !covered.has(path))
        .map(([name]) => name).sort(),
      [
        // Needs more than one member, or has nothing to say with one.
        "Cluster.MemberPromote",
        "Maintenance.MoveLeader",
        "Election.Observe",
        "Health.Watch",
        // A whole database.
        "Maintenance.Snapshot",
        // Newer than the server.
        "KV.RangeStream",
        ...(is34 ? ["Auth.AuthStatus", "Maintenance.Downgrade"] : []),
      ].sort(),
    );
    assertEquals(
      calls.filter(({ status }) => status !== "0").map(({ title }) => title),
      // Streams that end by being left.
      ["watch", "watch stream", "keep alive"],
    );
  });

  Deno.test(`requests | etcd ${version} | are encoded as by Go`, () => {
    for (const [title, name, given] of REQUESTS) {
      const method = METHODS[name];
      assert(method, name);
      const { client, requests } = findCall(calls, title, method.path);
      assertEquals(client, "etcdctl");
      assertEquals(method.encode(given).toHex(), requests[0], title);
    }
  });

  Deno.test(`replies of keys | etcd ${version} | say what happened`, () => {
    const { kv } = methods;
    const replaced = reply(calls, "put with the previous", kv.put).prevKv;
    assert(replaced);
    assertEquals(
      [text(replaced.key), text(replaced.value), toBigInt(replaced.version)],
      ["foo", "bar", 1n],
    );
    assertEquals(
      [toBigInt(replaced.createRevision), toBigInt(replaced.modRevision)],
      [2n, 2n],
    );
    assert(!reply(calls, "put", kv.put).prevKv);
    const got = reply(calls, "get", kv.range);
    assertEquals(toBigInt(got.count), 1n);
    assertEquals(got.kvs.map(({ value }) => text(value)), ["baz"]);
    assertEquals(toBigInt(got.header?.revision ?? ZERO), 4n);
    assertEquals(toBigInt(got.header?.raftTerm ?? ZERO), 2n);
    assert(toUnsignedBigInt(got.header?.memberId ?? ZERO) > 2n ** 53n);
    const none = reply(calls, "get what is not there", kv.range);
    assertEquals([none.kvs.length, toBigInt(none.count)], [0, 0n]);
    const removed = reply(calls, "delete with the previous", kv.deleteRange);
    assertEquals(toBigInt(removed.deleted), 1n);
    assertEquals(removed.prevKvs.map(({ key }) => text(key)), ["t"]);
  });

  Deno.test(`replies of txn | etcd ${version} | have every kind`, () => {
    const done = reply(calls, "txn", methods.kv.txn);
    assert(done.succeeded);
    assertEquals(
      done.responses.map((each) => each.response),
      ["responsePut", "responseRange", "responseDeleteRange"],
    );
    const nested = reply(calls, "nested txn", methods.kv.txn);
    assert(!nested.succeeded);
    const inner = nested.responses[1]?.responseTxn;
    assert(inner);
    assertEquals(inner.responses[0]?.responseRange?.kvs.length, 1);
    const deleted = inner.responses[1]?.responseDeleteRange;
    assertEquals(
      text(deleted?.prevKvs[0]?.value ?? utf8.encode("?")),
      "in-txn",
    );
  });

  Deno.test(`replies of watch | etcd ${version} | come in order`, () => {
    const { watch } = methods.watch;
    const replies = findCall(calls, "watch stream", watch.path).replies
      .map((hex): WatchResponse => watch.decode(Uint8Array.fromHex(hex)));
    assertEquals(
      replies.map(({ created }) => created),
      [true, false, false, false, false, false],
    );
    assertEquals(
      replies.slice(1, 4).map(({ events: [event] }) => [
        event?.type,
        toBigInt(event?.kv?.version ?? ZERO),
        event?.prevKv && text(event.prevKv.value),
      ]),
      [
        [EventType.PUT, 1n, null],
        [EventType.PUT, 2n, "1"],
        [EventType.DELETE, 0n, "2"],
      ],
    );
    const progress = replies[4];
    assertEquals(toBigInt(progress?.watchId ?? ZERO), -1n);
    assertEquals(progress?.events.length, 0);
    assert(replies[5]?.canceled);
    assertEquals(toBigInt(replies[5]?.watchId ?? ZERO), 7n);
  });

  Deno.test(`replies of leases | etcd ${version} | keep all 64 bits`, () => {
    const { lease } = methods;
    const granted = reply(calls, "grant with an id", lease.grant);
    assertEquals(toBigInt(granted.ID), 0x0123_4567_89ab_cdefn);
    assertEquals(toBigInt(granted.TTL), 600n);
    const left = reply(calls, "time to live with keys", lease.timeToLive);
    assertEquals(toBigInt(left.grantedTTL), 600n);
    assertEquals(left.keys.map(text), ["l"]);
    const none = reply(calls, "time to live of none", lease.timeToLive);
    assertEquals(toBigInt(none.TTL), -1n);
    const listed = reply(calls, "leases", lease.leases).leases;
    assert(listed.some(({ ID }) => toBigInt(ID) === 0x0123_4567_89ab_cdefn));
  });

  Deno.test(`replies of members | etcd ${version} | say who and how`, () => {
    const { cluster, maintenance, health } = methods;
    const [member] = reply(calls, "member list", cluster.memberList).members;
    assertEquals([member?.name, member?.isLearner], ["golden", false]);
    assertEquals(member?.clientURLs.length, 1);
    const added = reply(calls, "member add", cluster.memberAdd);
    assertEquals([added.member?.isLearner, added.members.length], [true, 2]);
    const status = reply(calls, "status", maintenance.status);
    assertEquals(status.version, version);
    assertEquals(status.leader, member?.ID);
    assert(toBigInt(status.dbSize) > 0n);
    assertEquals(status.errors, []);
    const alarmed = reply(calls, "status with an alarm", maintenance.status);
    assertEquals(alarmed.errors.length, 1);
    const raised = reply(calls, "raise an alarm", maintenance.alarm);
    assertEquals(raised.alarms.map(({ alarm }) => alarm), [AlarmType.NOSPACE]);
    assertEquals(typeof reply(calls, "hash", maintenance.hash).hash, "number");
    assertEquals(
      reply(calls, "health", health.check).status,
      ServingStatus.SERVING,
    );
  });

  Deno.test(`replies of auth | etcd ${version} | list users and rights`, () => {
    const { auth } = methods;
    const users = reply(calls, "user list", auth.userList).users;
    assertEquals([...users].sort(), ["guest", "root"]);
    const { perm } = reply(calls, "role get r", auth.roleGet);
    assertEquals(
      perm.map(({ permType, key, rangeEnd }) => [
        permType,
        text(key),
        text(rangeEnd),
      ]),
      [
        [PermissionType.READ, "\0", "\0"],
        [PermissionType.READWRITE, "a", "b"],
      ],
    );
    const login = "--user=root:pw get foo";
    assert(reply(calls, login, auth.authenticate).token.length > 0);
    if (version.startsWith("3.4.")) return;
    const { enabled, authRevision } = reply(
      calls,
      "--user=root:pw auth status",
      auth.authStatus,
    );
    assert(enabled);
    assert(toUnsignedBigInt(authRevision) > 1n);
  });
}

Deno.test("a field we do not know would be noticed", () => {
  const [golden] = recorded35.calls;
  assert(golden);
  const codec = codecOf(rpcOf(golden).response);
  // Field 200 with the number 1.
  const newer = `${golden.replies[0]}c00c01`;
  assertNotEquals(
    codec.encode(codec.decode(Uint8Array.fromHex(newer))).toHex(),
    newer,
  );
});

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
