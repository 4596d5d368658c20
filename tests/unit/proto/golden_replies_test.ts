// What we read in the replies of real servers.
import { assert, assertEquals } from "@std/assert";
import {
  AlarmType,
  EventType,
  PermissionType,
  ServingStatus,
  type WatchResponse,
} from "../../../proto/gen/messages.ts";
import { toBigInt, toUnsignedBigInt, ZERO } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";
import { findCall, RECORDINGS, reply, text } from "./_golden_calls.ts";

const utf8 = new TextEncoder();

for (const { version, calls } of RECORDINGS) {
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
