import { cached } from "./_cache.ts";
import type { Program, Run } from "./_program.ts";
import { build, unlessMissing } from "./_toolchain.ts";

const VERSION = "3.6.16";
const SOURCES = ["bench.go", "stm.go"];

/** etcd's own client; built once, where Go is. */
export const goProgram: Omit<Program, "operations"> = {
  name: "go",
  title: `Go clientv3 ${VERSION}`,
  prepare: () =>
    unlessMissing(async () => {
      const sources = await Promise.all(SOURCES.map(async (name) => {
        const file = new URL(`./peers/${name}`, import.meta.url);
        return [name, await Deno.readTextFile(file)] as const;
      }));
      const all = sources.map(([, text]) => text).join("");
      const digest = new Uint8Array(
        await crypto.subtle.digest("SHA-256", new TextEncoder().encode(all)),
      );
      const folder = await cached(
        `go-${VERSION}-${digest.subarray(0, 4).toHex()}`,
        async (work) => {
          for (const [name, text] of sources) {
            await Deno.writeTextFile(`${work}/${name}`, text);
          }
          await build(["go", "mod", "init", "bench"], { cwd: work });
          await build(
            ["go", "get", `go.etcd.io/etcd/client/v3@v${VERSION}`],
            { cwd: work },
          );
          await build(["go", "build", "-o", "gobench", "."], { cwd: work });
        },
      );
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
