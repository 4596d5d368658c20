import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TempRoot } from "../../../../testing/process/mod.ts";
import { Supervised } from "../../../../testing/process/supervised.ts";
import { waitFor } from "../../../harness/mod.ts";

const WAITING =
  'trap "echo bye; exit" TERM; echo ready; while :; do sleep 0.02; done';

Deno.test("a supervised program sees no setting of etcd in its environment", async () => {
  await using place = await TempRoot.create({ prefix: "etcdeno-test-" });
  const log = `${place.path}/log`;
  const program = await Supervised.start(
    ["sh", "-c", "env; echo seen"],
    log,
  );
  await program.exited;
  const seen = await Deno.readTextFile(log);
  assertStringIncludes(seen, "seen");
  assert(!/^ETCD_/m.test(seen), seen);
});

Deno.test("a supervised program takes signals, and none after its end", async () => {
  await using place = await TempRoot.create({ prefix: "etcdeno-test-" });
  const program = await Supervised.start(
    ["sh", "-c", WAITING],
    `${place.path}/log`,
  );
  const log = () => Deno.readTextFile(`${place.path}/log`);
  await waitFor("the program", async () => (await log()).includes("ready"));
  assert(program.running);
  await program.signal("STOP");
  await program.signal("TERM");
  assert(program.running, "a stopped program keeps the signal for later");
  await program.signal("CONT");
  await program.exited;
  assert(!program.running);
  await waitFor(
    "the last words",
    async () => (await Deno.readTextFile(`${place.path}/log`)).includes("bye"),
  );
  await program.signal("KILL");
  await program.kill();
});

Deno.test("a supervised program that does not exist ends, saying so", async () => {
  await using place = await TempRoot.create({ prefix: "etcdeno-test-" });
  const log = `${place.path}/log`;
  const program = await Supervised.start([`${place.path}/none`], log);
  await program.exited;
  assertStringIncludes(await Deno.readTextFile(log), "not found");
});

Deno.test("a temporary root goes with all that is in it, once", async () => {
  const place = await TempRoot.create({ prefix: "etcdeno-test-" });
  await Deno.mkdir(`${place.path}/a/b`, { recursive: true });
  await Deno.writeTextFile(`${place.path}/a/b/c`, "d");
  await Promise.all([place.close(), place.close()]);
  const parent = place.path.slice(0, place.path.lastIndexOf("/"));
  const left = await Array.fromAsync(Deno.readDir(parent));
  assertEquals(
    left.filter(({ name }) => place.path.endsWith(`/${name}`)),
    [],
  );
});
