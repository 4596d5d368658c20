import { ZERO } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";
import { type Recorder, utf8 } from "./_recorder.ts";

const LEASE_ID = { low: 0x89ab_cdef | 0, high: 0x0123_4567 };

/** What is done with keys, in an order that each call finds what it needs. */
export async function recordKeys(recorder: Recorder): Promise<void> {
  await recordPutsAndRanges(recorder);
  await recordTxns(recorder);
  await recorder.ctl("delete with the previous", ["del", "--prev-kv", "t"]);
  await recorder.ctl("compact", ["compact", "--physical", "3"]);
}

async function recordPutsAndRanges(recorder: Recorder): Promise<void> {
  await recorder.ctl("put", ["put", "foo", "bar"]);
  await recorder.ctl("put with the previous", [
    "put",
    "--prev-kv",
    "foo",
    "baz",
  ]);
  await recorder.ctl("put another", ["put", "fop", "žluťoučký"]);
  await recorder.ctl("get", ["get", "foo"]);
  await recorder.ctl("get what is not there", ["get", "nothing"]);
  await recorder.ctl("range with every option of etcdctl", [
    "get",
    "--prefix",
    "--limit=1",
    "--rev=3",
    "--order=DESCEND",
    "--sort-by=VALUE",
    "--consistency=s",
    "--keys-only",
    "f",
  ]);
  await recorder.ours("range with every filter", methods.kv.range, {
    key: utf8.encode("a"),
    rangeEnd: utf8.encode("z"),
    countOnly: true,
    minModRevision: { low: 1, high: 0 },
    maxModRevision: { low: 100, high: 0 },
    minCreateRevision: { low: 1, high: 0 },
    maxCreateRevision: { low: -1, high: 0x7fff_ffff },
  });
}

async function recordTxns(recorder: Recorder): Promise<void> {
  await recorder.ctl(
    "txn",
    ["txn"],
    'mod("foo") > "0"\nver("foo") = "2"\nval("foo") = "baz"\n' +
      'create("foo") < "1000"\n\n' +
      "put foo in-txn\nget foo\ndel fop\n\nget foo\n\n",
  );
  await recorder.ours("nested txn", methods.kv.txn, {
    compare: [{
      key: utf8.encode("f"),
      rangeEnd: utf8.encode("g"),
      result: 3,
      target: 4,
      lease: ZERO,
    }],
    success: [],
    failure: [
      { requestPut: { key: utf8.encode("t"), value: utf8.encode("1") } },
      {
        requestTxn: {
          success: [
            { requestRange: { key: utf8.encode("t") } },
            {
              requestDeleteRange: { key: utf8.encode("foo"), prevKv: true },
            },
          ],
        },
      },
    ],
  });
}

/** Grants, renews and revokes. */
export async function recordLeases(recorder: Recorder): Promise<void> {
  await recorder.ours("grant with an id", methods.lease.grant, {
    TTL: { low: 600, high: 0 },
    ID: LEASE_ID,
  });
  const hex = "0123456789abcdef";
  await recorder.ctl("grant", ["lease", "grant", "600"]);
  await recorder.ctl("put with a lease", ["put", `--lease=${hex}`, "l", "1"]);
  await recorder.ctl("time to live with keys", [
    "lease",
    "timetolive",
    "--keys",
    hex,
  ]);
  await recorder.ctl("leases", ["lease", "list"]);
  await recorder.ctl("keep alive", ["lease", "keep-alive", "--once", hex]);
  await recorder.ctl("revoke", ["lease", "revoke", hex]);
  await recorder.ctl("time to live of none", ["lease", "timetolive", hex]);
}

/** The member, its alarms and its health. */
export async function recordMembers(
  recorder: Recorder,
  is34: boolean,
): Promise<void> {
  await recorder.ctl("member list", ["member", "list"]);
  // A learner has no vote, so the recorded member goes on by itself.
  const { cluster } = methods;
  const added = await recorder.ours("member add", cluster.memberAdd, {
    peerURLs: ["http://127.0.0.1:1"],
    isLearner: true,
  });
  const ID = added.member?.ID;
  await recorder.ours("member update", cluster.memberUpdate, {
    ID,
    peerURLs: ["http://127.0.0.1:2", "http://127.0.0.1:3"],
  });
  await recorder.ours("member remove", cluster.memberRemove, { ID });
  await recorder.ctl("status", ["endpoint", "status"]);
  await recorder.ctl("hash of keys", ["endpoint", "hashkv"]);
  await recorder.ours("hash", methods.maintenance.hash, {});
  await recorder.ctl("alarm list", ["alarm", "list"]);
  await recorder.ours("raise an alarm", methods.maintenance.alarm, {
    action: 1,
    alarm: 1,
  });
  await recorder.ctl("status with an alarm", ["endpoint", "status"]);
  await recorder.ctl("disarm", ["alarm", "disarm"]);
  await recorder.ctl("defragment", ["defrag"]);
  await recorder.ours("health", methods.health.check, {});
  if (is34) return;
  await recorder.ours("downgrade check", methods.maintenance.downgrade, {
    version: "3.4.0",
  });
}

/** The lock and election services. */
export async function recordLocks(recorder: Recorder): Promise<void> {
  const lease = (await recorder.ours("grant for locks", methods.lease.grant, {
    TTL: { low: 600, high: 0 },
  })).ID;
  const name = utf8.encode("n");
  const value = utf8.encode("v");
  const { lock, election } = methods;
  const { key } = await recorder.ours("lock", lock.lock, { name, lease });
  await recorder.ours("unlock", lock.unlock, { key });
  const { leader } = await recorder.ours("campaign", election.campaign, {
    name,
    lease,
    value,
  });
  await recorder.ours("proclaim", election.proclaim, { leader, value: name });
  await recorder.ours("leader", election.leader, { name });
  await recorder.ours("resign", election.resign, { leader });
}

/** Users, roles and a call by one of them. */
export async function recordAuth(
  recorder: Recorder,
  is34: boolean,
): Promise<void> {
  const as = "--user=root:pw";
  const steps: readonly (readonly string[])[] = [
    ["user", "add", "root:pw"],
    ["user", "add", "guest", "--no-password"],
    ["user", "passwd", "root", "--interactive=false"],
    ["role", "add", "root"],
    ["role", "add", "r"],
    ["role", "grant-permission", "r", "readwrite", "a", "b"],
    ["role", "grant-permission", "r", "read", "--prefix", ""],
    ["role", "get", "r"],
    ["role", "list"],
    ["role", "revoke-permission", "r", "a", "b"],
    ["user", "grant-role", "root", "root"],
    ["user", "grant-role", "guest", "r"],
    ["user", "get", "guest"],
    ["user", "list"],
    ["user", "revoke-role", "guest", "r"],
    ["user", "delete", "guest"],
    ["role", "delete", "r"],
    ...(is34 ? [] : [["auth", "status"]]),
    ["auth", "enable"],
    [as, "get", "foo"],
    ...(is34 ? [] : [[as, "auth", "status"]]),
    [as, "auth", "disable"],
  ];
  for (const args of steps) {
    await recorder.ctl(args.join(" "), args, "pw\npw\n");
  }
}
