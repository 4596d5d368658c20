// `--strategy`: the documented example joins the comparison on a real cluster.
import { assertEquals, assertMatch } from "@std/assert";
import { main } from "../../tools/compare/main.ts";
import { TextSink } from "../unit/tools/compare/_text_sink.ts";

const EXAMPLE = new URL("../../docs/examples/prefer_leader.ts", import.meta.url)
  .pathname;

Deno.test("compare --strategy judges the documented strategy by its own expectations", async () => {
  const stdout = new TextSink();
  const stderr = new TextSink();
  const exitCode = await main([
    "--strategy",
    EXAMPLE,
    "--only=prefer-leader | #",
    "--scenarios=16,37,93",
    "--call-timeout-ms=500",
  ], { stdout, stderr });
  assertEquals(exitCode, 0, stderr.text + stdout.text);
  assertMatch(stdout.text, /\n#37 .*\n = prefer-leader +[01]\/30 /);
  assertMatch(
    stdout.text,
    /\n3 cells: 2 as expected, 0 not as expected, 1 not judged\n$/,
  );
});
