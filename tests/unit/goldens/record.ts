/**
 * Records what a real etcd and its own client say to each other:
 *
 *     deno run -A tests/unit/goldens/record.ts DIRECTORY_OF_ETCD_AND_ETCDCTL
 *
 * Starts a member of its own on free ports, drives it with `etcdctl` through a
 * recording proxy, adds what `etcdctl` cannot ask for, and writes
 * `etcd_VERSION.json` beside this file.
 *
 * @module
 */

import { type ClientHttp2Session, connect } from "node:http2";
import { ZERO } from "../../../proto/int64.ts";
import type { Method } from "../../../proto/method.ts";
import { methods } from "../../../proto/methods.ts";
import { openCall } from "./_raw_call.ts";
import { RecordingProxy } from "./_recording_proxy.ts";

const utf8 = new TextEncoder();
const DEADLINE_MS = 20_000;
const LEASE_ID = { low: 0x89ab_cdef | 0, high: 0x0123_4567 };

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A member on free ports, gone with its data when disposed. */
async function startEtcd(
  directory: string,
): Promise<{ readonly endpoint: string } & AsyncDisposable> {
  const endpoint = `127.0.0.1:${freePort()}`;
  const peer = `http://127.0.0.1:${freePort()}`;
  const data = await Deno.makeTempDir({ prefix: "etcdeno-golden-" });
  const member = new Deno.Command(`${directory}/etcd`, {
    args: [
      "--name=golden",
      `--data-dir=${data}/member`,
      `--listen-client-urls=http://${endpoint}`,
      `--advertise-client-urls=http://${endpoint}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=golden=${peer}`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await waitUntilHealthy(endpoint);
  return {
    endpoint,
    async [Symbol.asyncDispose]() {
      member.kill("SIGTERM");
      await member.status;
      await Deno.remove(data, { recursive: true });
    },
  };
}

async function waitUntilHealthy(endpoint: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      const reply = await fetch(`http://${endpoint}/health`);
      if ((await reply.text()).includes("true")) return;
    } catch (error) {
      // Not listening yet is what we wait out.
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Makes the calls, in an order that each finds what it needs. */
class Recorder {
  readonly #directory: string;
  readonly #proxy: RecordingProxy;
  readonly #session: ClientHttp2Session;
  readonly calls: object[] = [];

  constructor(directory: string, proxy: RecordingProxy) {
    this.#directory = directory;
    this.#proxy = proxy;
    this.#session = connect(`http://${proxy.endpoint}`);
  }

  close(): void {
    this.#session.destroy();
  }

  /** Runs `etcdctl` and keeps every call it makes. */
  async ctl(title: string, args: readonly string[], input = ""): Promise<void> {
    const child = this.#spawn(args);
    const writer = child.stdin.getWriter();
    await writer.write(utf8.encode(input));
    await writer.close();
    const { success, stderr } = await child.output();
    if (!success) {
      throw new Error(
        `Cannot record ${title}: ${new TextDecoder().decode(stderr)}`,
      );
    }
    await this.#keep(title, "etcdctl");
  }

  /** Has `etcdctl` watch until it has printed something, and ends it. */
  async ctlWatch(
    title: string,
    args: readonly string[],
    change: () => Promise<void>,
  ): Promise<void> {
    const child = this.#spawn(["watch", ...args]);
    await child.stdin.close();
    await change();
    const printed = child.stdout.getReader();
    await printed.read();
    printed.releaseLock();
    child.kill("SIGKILL");
    await child.stdout.cancel();
    await child.stderr.cancel();
    await child.status;
    await this.#keep(title, "etcdctl");
  }

  /** Makes one call of ours and returns its first reply. */
  async ours<Request, Response>(
    title: string,
    method: Method<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const call = openCall(this.#session, method.path);
    call.send(method.encode(request));
    const reply = method.decode(await call.next());
    await call.finish();
    await this.#keep(title, "etcdeno");
    return reply;
  }

  /** A watch stream of ours with creation, events, progress and cancellation. */
  async watchStream(): Promise<void> {
    const { watch } = methods.watch;
    const call = openCall(this.#session, watch.path);
    const key = utf8.encode("w");
    const createRequest = {
      key,
      rangeEnd: utf8.encode("x"),
      prevKv: true,
      watchId: { low: 7, high: 0 },
      fragment: true,
    };
    call.send(watch.encode({ createRequest }));
    await call.next();
    for (const args of [["put", "w", "1"], ["put", "w", "2"], ["del", "w"]]) {
      await this.ctl(`change while watching: ${args.join(" ")}`, args);
      await call.next();
    }
    call.send(watch.encode({ progressRequest: {} }));
    await call.next();
    call.send(
      watch.encode({ cancelRequest: { watchId: { low: 7, high: 0 } } }),
    );
    await call.next();
    // A server does not end a watch stream because the client said its last.
    call.cancel();
    await this.#keep("watch stream", "etcdeno");
  }

  #spawn(args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command(`${this.#directory}/etcdctl`, {
      args: [`--endpoints=${this.#proxy.endpoint}`, ...args],
      env: { ETCDCTL_API: "3" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async #keep(title: string, client: string): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    const taken = [...this.#proxy.take()];
    // The proxy hears of the end of a call a little after the caller.
    while (taken.length === 0) {
      if (Date.now() > deadline) {
        throw new Error(`Cannot record ${title}: no call was made`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
      taken.push(...this.#proxy.take());
    }
    for (const recording of taken) {
      this.calls.push({ title, client, ...recording });
    }
  }
}

async function recordKeys(recorder: Recorder): Promise<void> {
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
  await recorder.ctl("delete with the previous", ["del", "--prev-kv", "t"]);
  await recorder.ctl("compact", ["compact", "--physical", "3"]);
}

async function recordLeases(recorder: Recorder): Promise<void> {
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

async function recordMembers(recorder: Recorder, is34: boolean): Promise<void> {
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

async function recordLocks(recorder: Recorder): Promise<void> {
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

async function recordAuth(recorder: Recorder, is34: boolean): Promise<void> {
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

const [directory] = Deno.args;
if (directory === undefined) {
  throw new Error("Cannot record: name the directory of etcd and etcdctl");
}
await using etcd = await startEtcd(directory);
await using proxy = await RecordingProxy.start(etcd.endpoint);
const recorder = new Recorder(directory, proxy);
const { version } = await recorder.ours(
  "status of the recorded server",
  methods.maintenance.status,
  {},
);
const is34 = version.startsWith("3.4.");
await recordKeys(recorder);
await recorder.ctlWatch(
  "watch",
  ["--prefix", "--prev-kv", "--rev=5", "f"],
  () => recorder.ctl("change of what is watched", ["put", "fox", "1"]),
);
await recorder.watchStream();
await recordLeases(recorder);
await recordMembers(recorder, is34);
await recordLocks(recorder);
await recordAuth(recorder, is34);
recorder.close();
const file = new URL(`etcd_${version}.json`, import.meta.url);
await Deno.writeTextFile(
  file,
  `${JSON.stringify({ version, calls: recorder.calls }, null, 2)}\n`,
);
