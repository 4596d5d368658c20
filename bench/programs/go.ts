import {
  findGoProgram,
  GO_CLIENT_VERSION,
} from "../../tests/harness/programs/go_program.ts";
import type { Program, Run } from "./program.ts";
import { unlessMissing } from "./_toolchain.ts";

const SOURCES = ["bench.go", "stm.go"].map((name) =>
  new URL(`../peers/${name}`, import.meta.url)
);

/** etcd's own client; built once, where Go is. */
export const goProgram: Omit<Program, "operations"> = {
  name: "go",
  title: `Go clientv3 ${GO_CLIENT_VERSION}`,
  prepare: () =>
    unlessMissing(async () => {
      const path = await findGoProgram({ name: "bench", sources: SOURCES });
      return ({ endpoints, operation, count, inFlight, ca = "" }: Run) => ({
        path,
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
