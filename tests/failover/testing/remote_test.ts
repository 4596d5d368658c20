// Modules of JSR come over the network, and no worker starts from there. Not by
// the entry, whose doctor has the client, and so a package of npm.
import { assertEquals } from "@std/assert";
import { ROOT, RUN } from "../../unit/support/_program.ts";
import { PERMISSIONS } from "./_permissions.ts";

Deno.test("startEtcd() works from modules that came over HTTP, as those of JSR do", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const text = await Deno.readTextFile(new URL(`.${pathname}`, ROOT));
      const headers = { "content-type": "application/typescript" };
      return new Response(text, { headers });
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  const directory = await Deno.makeTempDir({ prefix: "etcdeno-remote-" });
  try {
    const program = `${directory}/program.ts`;
    await Deno.writeTextFile(
      program,
      `import { startEtcd } from "http://${host}/testing/cluster/mod.ts";
      await using etcd = await startEtcd({ members: 1 });
      await etcd.link(0).set("blackhole");
      await etcd.member(0).restart();
      console.log(etcd.endpoints.length, import.meta.resolve("./x").slice(0, 5));`,
    );
    const { stdout, stderr } = await new Deno.Command("deno", {
      args: [...RUN, `--allow-import=${host}`, ...PERMISSIONS, program],
      env: { DENO_DIR: `${directory}/cache`, TMPDIR: directory },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    assertEquals(text.decode(stdout), "1 file:\n", text.decode(stderr));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
