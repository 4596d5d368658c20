import { assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);

interface Run {
  readonly code: number;
  readonly said: string;
}

/** Runs the generator of a project tree. */
async function runGenerator(root: URL, ...args: string[]): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: [
      "run",
      "--quiet",
      "--no-config",
      "--no-lock",
      "--allow-all",
      new URL("tools/proto/main.ts", root).href,
      ...args,
    ],
  }).output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** A copy of the generator, its sources and its results, free to be changed. */
async function copyTree(): Promise<{ readonly root: URL } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "etcdeno-proto-test-" });
  const root = new URL(`file://${path}/`);
  for (const folder of ["tools/proto/", "proto/etcd/", "proto/gen/"]) {
    await Deno.mkdir(new URL(folder, root), { recursive: true });
    for await (const { name, isFile } of Deno.readDir(new URL(folder, ROOT))) {
      if (!isFile) continue;
      await Deno.copyFile(
        new URL(folder + name, ROOT),
        new URL(folder + name, root),
      );
    }
  }
  return {
    root,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test("gen_proto --check finds the generated files up to date", async () => {
  assertEquals(await runGenerator(ROOT, "--check"), {
    code: 0,
    said: "proto/gen: up to date\n",
  });
});

Deno.test("gen_proto --check fails when a source has changed", async () => {
  await using tree = await copyTree();
  const source = new URL("proto/etcd/rpc_kv.proto", tree.root);
  const text = await Deno.readTextFile(source);
  await Deno.writeTextFile(source, text.replace("limit = 3", "limit = 33"));
  const stale = await runGenerator(tree.root, "--check");
  assertEquals(stale.code, 1, stale.said);
  assertStringIncludes(stale.said, "stale: descriptor.ts;");

  assertEquals((await runGenerator(tree.root)).code, 0);
  assertEquals((await runGenerator(tree.root, "--check")).code, 0);
});

Deno.test("gen_proto --check fails when a result was edited or lost", async () => {
  await using tree = await copyTree();
  const messages = new URL("proto/gen/messages.ts", tree.root);
  const text = await Deno.readTextFile(messages);
  await Deno.writeTextFile(messages, text.replace("Int64", "bigint"));
  await Deno.remove(new URL("proto/gen/rpcs.ts", tree.root));
  const stale = await runGenerator(tree.root, "--check");
  assertEquals(stale.code, 1, stale.said);
  assertStringIncludes(stale.said, "stale: messages.ts, rpcs.ts;");
});

Deno.test("gen_proto names an option it does not know", async () => {
  const run = await runGenerator(ROOT, "--chekc");
  assertEquals(run.code, 2);
  assertStringIncludes(run.said, '"--chekc"');
});

Deno.test("gen_proto names a source that is broken", async () => {
  await using tree = await copyTree();
  await Deno.writeTextFile(
    new URL("proto/etcd/kv.proto", tree.root),
    "message {",
  );
  const run = await runGenerator(tree.root, "--check");
  assertEquals(run.code, 1, run.said);
  assertStringIncludes(run.said, "kv.proto");
});
