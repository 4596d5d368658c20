// The gateway command as one binary. That it reads no file besides its modules
// shows in tests/failover, where it runs without --allow-read.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../../harness/programs/_run.ts";
import { whyNoDenort } from "./_denort.ts";
import { GatewayProcess, MAIN } from "./_process.ts";
import { ROOT } from "../support/_program.ts";
import { connectTo, echo, readText, TcpPeer } from "../support/_tcp_peer.ts";

/** Any program: what is put into it does not show which one it is. */
const STAND_IN = { DENORT_BIN: "/bin/sh" };

const onLinux = Deno.build.os === "linux";
const missing = await whyNoDenort();
const reason = missing === undefined ? "" : ` (${missing})`;

/** Gives the path of the binary, and removes it. */
async function compile(
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly path: string } & AsyncDisposable> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/etcd-gateway`;
  const flags = ["--no-check", "--allow-net", `--output=${path}`];
  const { success, stderr } = await new Deno.Command("deno", {
    args: ["compile", ...flags, MAIN],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

Deno.test({
  name: `deno compile takes along whatever the gateway command loads${
    onLinux ? "" : " (the stand-in is for Linux)"
  }`,
  ignore: !onLinux,
  async fn() {
    await using binary = await compile(STAND_IN);
    const text = new TextDecoder("latin1").decode(
      await Deno.readFile(binary.path),
    );
    const graph: {
      readonly modules: readonly {
        readonly kind: string;
        readonly specifier: string;
      }[];
    } = JSON.parse(await run("deno", ["info", "--json", MAIN]));
    const files = graph.modules.filter(({ kind }) => kind === "esm")
      .map(({ specifier }) => specifier.slice(ROOT.href.length));
    // Behind a dynamic import, and generated.
    for (
      const file of [
        "gateway/_cluster_access.ts",
        "proto/gen/messages.ts",
      ]
    ) {
      assert(files.includes(file), file);
    }
    const names = files.map((file) => file.slice(file.lastIndexOf("/") + 1));
    const wanted = [...names, "grpc-js", "protobufjs"];
    assertEquals(wanted.filter((name) => !text.includes(name)), []);
  },
});

Deno.test({
  name: `deno compile makes one binary of the gateway command${reason}`,
  ignore: missing !== undefined,
  async fn() {
    await using binary = await compile();
    assertStringIncludes(await run(binary.path, ["--help"]), "--endpoints");
    await using peer = new TcpPeer(echo("a"));
    await using command = new GatewayProcess([
      "--listen-addr=127.0.0.1:0",
      `--endpoints=${peer.address}`,
    ], { program: [binary.path] });
    const client = await connectTo(await command.address());
    assertEquals(await readText(client, 1), "a");
    await client.write(new TextEncoder().encode("more"));
    assertEquals(await readText(client, 4), "more");
    client.close();
    command.signal("SIGTERM");
    assertEquals((await command.status).code, 0);
  },
});
