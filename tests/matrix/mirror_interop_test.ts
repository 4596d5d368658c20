// mirror() and `etcdctl make-mirror` from one source to two prefixes of a target:
// what they make is the same.
import { assert, assertEquals } from "@std/assert";
import { type Client, op, prefix } from "../../mod.ts";
import { mirror } from "../../recipes/mod.ts";
import { waitFor } from "../harness/mod.ts";
import { SEED } from "../harness/cluster/long_run.ts";
import { seededRandom } from "../unit/support/_fake_clock.ts";
import {
  contents,
  from,
  PATIENT,
  source,
  startTwoClusters,
  target,
  to,
} from "../failover/recipes/mirror/_two_clusters.ts";

const ROUNDS = 300;

startTwoClusters();

/** Runs make-mirror until it is disposed of. */
function makeMirror(flags: readonly string[]): AsyncDisposable {
  assert(from.binaries.etcdctl, "etcd came without etcdctl");
  const [here] = from.members;
  const [there] = to.members;
  const child = new Deno.Command("etcdctl", {
    args: [
      `--endpoints=${here?.directEndpoint}`,
      "make-mirror",
      ...flags,
      `${there?.directEndpoint.replace("http://", "")}`,
    ],
    env: { ETCDCTL_API: "3" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

async function change(client: Client, random: () => number): Promise<void> {
  const below = (limit: number) => Math.floor(random() * limit);
  const key = () => `from/${below(30)}`;
  switch (below(4)) {
    case 0:
      await client.put(key(), `${random()}`);
      return;
    case 1:
      await client.delete(key());
      return;
    case 2:
      await client.delete(prefix(`from/${below(3)}`));
      return;
    default: {
      const keys = new Set(Array.from({ length: 1 + below(20) }, key));
      const then = [...keys].map((one) =>
        random() < 0.3 ? op.delete(one) : op.put(one, `${random()}`)
      );
      await client.txn({ then });
    }
  }
}

Deno.test("mirror() makes what etcdctl make-mirror makes", async () => {
  const random = seededRandom(SEED);
  for (let at = 0; at < 100; at++) await change(source, random);
  await using _ = makeMirror(["--prefix=from/", "--dest-prefix=theirs/"]);
  await using copy = await mirror(source, target, {
    prefix: "from/",
    destinationPrefix: "ours/",
    checkpoint: "mirror",
  });
  await copy.waitFor(1n, PATIENT);
  for (let at = 0; at < ROUNDS; at++) await change(source, random);
  const { header } = await source.put("from/last", `${SEED}`);
  await copy.waitFor(header.revision, PATIENT);
  await waitFor(
    "make-mirror",
    async () => (await target.get("theirs/last"))?.value.text() === `${SEED}`,
    PATIENT,
  );
  const ours = await contents(target, "ours/");
  assertEquals(ours, await contents(target, "theirs/"), `seed ${SEED}`);
  assertEquals(ours, await contents(source, "from/"), `seed ${SEED}`);
});

Deno.test("mirror() deletes what was gone before it began, which make-mirror leaves there", async () => {
  for (const start of ["ours2/", "theirs2/"]) {
    await target.put(`${start}old`, "x");
  }
  await source.put("from2/a", "1");
  await using _ = makeMirror(["--prefix=from2/", "--dest-prefix=theirs2/"]);
  await using copy = await mirror(source, target, {
    prefix: "from2/",
    destinationPrefix: "ours2/",
    checkpoint: "mirror2",
    existing: "replace",
  });
  await copy.waitFor(1n, PATIENT);
  await waitFor("make-mirror", () => target.get("theirs2/a"), PATIENT);
  assertEquals(await contents(target, "ours2/"), { a: "1" });
  assertEquals(await contents(target, "theirs2/"), { a: "1", old: "x" });
});
