/**
 * The first copy of many keys: `mirror()` beside `etcdctl make-mirror`, in turns,
 * from one cluster of a member to another.
 *
 *     deno run -A bench/mirror.ts [keys] [bytes] [rounds]
 *
 * @module
 */
import { Client, op, prefix } from "../mod.ts";
import { mirror } from "../recipes/mod.ts";
import { sleep, startEtcd, type TestCluster } from "../tests/harness/mod.ts";

const PER_TXN = 100;

/** Copies all keys below `source/` to a prefix; resolves when all are there. */
type Copy = (clusters: Clusters, to: string) => Promise<void>;

interface Clusters {
  readonly from: TestCluster;
  readonly to: TestCluster;
  readonly source: Client;
  readonly target: Client;
  readonly keys: number;
}

const WAYS: Readonly<Record<string, Copy>> = {
  "mirror()": async ({ source, target }, to) => {
    await using copy = await mirror(source, target, {
      prefix: "source/",
      destinationPrefix: to,
      checkpoint: `checkpoints/${to}`,
    });
    await copy.waitFor(1n);
  },
  "etcdctl make-mirror": async ({ from, to, target, keys }, prefixTo) => {
    const { etcdctl } = from.binaries;
    const [here, there] = [from, to].map(({ members }) =>
      members[0]?.directEndpoint ?? ""
    );
    await using child = new Deno.Command(etcdctl ?? "etcdctl", {
      args: [
        `--endpoints=${here}`,
        "make-mirror",
        "--prefix=source/",
        `--dest-prefix=${prefixTo}`,
        there?.replace("http://", "") ?? "",
      ],
      env: { ETCDCTL_API: "3" },
      stdout: "null",
      stderr: "null",
    }).spawn();
    const range = prefix(prefixTo);
    const options = { countOnly: true };
    while ((await target.range(range, options)).count < BigInt(keys)) {
      await sleep(100);
    }
    child.kill("SIGKILL");
  },
};

async function fill(
  source: Client,
  { keys, bytes }: { readonly keys: number; readonly bytes: number },
) {
  const value = "v".repeat(bytes);
  for (let at = 0; at < keys; at += PER_TXN) {
    const then = Array.from(
      { length: PER_TXN },
      (_, one) => op.put(`source/a-key/${at + one}`, value),
    );
    await source.txn({ then });
  }
}

async function main([keys = 100_000, bytes = 100, rounds = 3]: number[]) {
  await using from = await startEtcd({ members: 1 });
  await using to = await startEtcd({ members: 1 });
  const clientOf = ({ members: [member] }: TestCluster) =>
    new Client({ endpoints: member?.directEndpoint ?? "" });
  await using source = clientOf(from);
  await using target = clientOf(to);
  await fill(source, { keys, bytes });
  const lines = [
    `${keys} keys of ${bytes} bytes, etcd ${from.binaries.version}, Deno ${Deno.version.deno}`,
  ];
  for (let round = 0; round < rounds; round++) {
    for (const [name, copy] of Object.entries(WAYS)) {
      const before = performance.now();
      const prefixTo = `copy/${round}/${name}/`;
      await copy({ from, to, source, target, keys }, prefixTo);
      const seconds = (performance.now() - before) / 1_000;
      const rate = (keys / seconds).toFixed(0).padStart(7);
      lines.push(
        `${name.padEnd(20)}${seconds.toFixed(1).padStart(7)} s ${rate} keys/s`,
      );
      await target.delete(prefix(prefixTo));
    }
  }
  // deno-lint-ignore no-console -- a program's output
  console.log(lines.join("\n"));
}

if (import.meta.main) await main(Deno.args.map(Number));
