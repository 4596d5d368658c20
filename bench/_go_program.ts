import { exists } from "../tests/harness/mod.ts";
import { cachePath } from "./_cache.ts";
import type { Program, Run } from "./_program.ts";
import { build, unlessMissing } from "./_toolchain.ts";

const VERSION = "3.6.16";
const PEERS = new URL("./peers/", import.meta.url).pathname;
const SOURCES = ["bench.go", "stm.go"].map((name) => `${PEERS}${name}`);
const SCRIPT = new URL("../tools/build/go_peer.sh", import.meta.url).pathname;

/** A folder of its own for each text of the program. */
async function folderOf(sources: readonly string[]): Promise<string> {
  const texts = await Promise.all(
    sources.map((source) => Deno.readTextFile(source)),
  );
  const digest = new Uint8Array(
    await crypto.subtle.digest(
      "SHA-256",
      new TextEncoder().encode(texts.join("")),
    ),
  );
  return cachePath(`go-${VERSION}-${digest.subarray(0, 4).toHex()}`);
}

/** etcd's own client; built once, where Go is. */
export const goProgram: Omit<Program, "operations"> = {
  name: "go",
  title: `Go clientv3 ${VERSION}`,
  prepare: () =>
    unlessMissing(async () => {
      const folder = await folderOf(SOURCES);
      if (!await exists(folder)) {
        // By a shell, as tests may run nothing else.
        await build(["sh", SCRIPT, VERSION, folder, ...SOURCES], {
          cwd: PEERS,
        });
      }
      return ({ endpoints, operation, count, inFlight, ca = "" }: Run) => ({
        path: `${folder}/gobench`,
        args: [
          ["-endpoints", endpoints.join()],
          ["-op", operation.overTls ?? operation.name],
          ["-ca", ca],
          ["-n", String(count)],
          ["-c", String(inFlight)],
        ].flat(),
      });
    }),
};
