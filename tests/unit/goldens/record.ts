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
import { methods } from "../../../proto/methods.ts";
import { RecordingProxy } from "./_recording_proxy.ts";
import { startEtcd } from "./_recorded_member.ts";
import { Recorder } from "./_recorder.ts";
import {
  recordAuth,
  recordKeys,
  recordLeases,
  recordLocks,
  recordMembers,
} from "./_recorded_calls.ts";

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
await recorder.ctlWatch("watch", {
  args: ["--prefix", "--prev-kv", "--rev=5", "f"],
  change: () => recorder.ctl("change of what is watched", ["put", "fox", "1"]),
});
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
