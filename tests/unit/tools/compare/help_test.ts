// What `compare` prints instead of running.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LONG_SECONDS } from "../../../scenarios/long_scenarios.ts";
import { DEFAULT_TRANSPORT } from "../../../scenarios/transports.ts";
import { CATALOGUE } from "../../../scenarios/catalogue.ts";
import { main } from "../../../../tools/compare/main.ts";
import { listText } from "../../../../tools/compare/_help.ts";
import { paintFor } from "../../../../tools/output/_text.ts";
import { scenario } from "./_stand_in_scenario.ts";
import { TextSink } from "./_text_sink.ts";

Deno.test("compare --help names every flag, exit code and scenario", async () => {
  const stdout = new TextSink();
  assertEquals(await main(["--help"], { stdout }), 0);
  for (
    const word of [
      "--strategies",
      "--scenarios",
      "--quick",
      "--call-timeout-ms",
      "--etcd",
      "--json",
      "--strategy ",
      "--transport ",
      `(default: the client's own, ${DEFAULT_TRANSPORT})`,
      "--only",
      "--runs",
      "--jobs",
      "--resume",
      "--markdown",
      "--html",
      "--site",
      "--from",
      "--against",
      "--list",
      "--help",
      "  0    ",
      "  1    ",
      "  2    ",
      "  3    ",
      "  130  ",
      CATALOGUE.map(({ id }) => id).join(", "),
    ]
  ) {
    assertStringIncludes(stdout.text, word);
  }
});

Deno.test("compare --list has every expectation beside Go's", async () => {
  const stdout = new TextSink({ columns: 10_000 });
  assertEquals(await main(["--list"], { stdout }), 0);
  for (const { id, title, fault, etcd, expectations } of CATALOGUE) {
    assertMatch(
      stdout.text,
      new RegExp(
        `^#${id} ${title}( · long, [^·]*)?${
          etcd ? ` · needs etcd ${etcd.atLeast}` : ""
        }$`,
        "m",
      ),
    );
    if (fault !== "none") assertStringIncludes(stdout.text, fault);
    for (const { go, because } of Object.values(expectations)) {
      assertStringIncludes(
        stdout.text,
        because ? `Go: ${go}; because ${because}\n` : `Go: ${go}\n`,
      );
    }
  }
});

Deno.test("listText() marks the scenarios that run on some occasions only", () => {
  const [short, long] = [LONG_SECONDS, LONG_SECONDS + 0.5].map((
    seconds,
    at,
  ) => ({
    ...scenario(at, {}),
    seconds,
    etcd: { atLeast: "3.6" },
  }));
  if (short === undefined || long === undefined) throw new Error("None");
  const text = listText([short, long], {
    columns: 80,
    paint: paintFor({ color: false }),
  });
  assertEquals(text.split("\n").filter((line) => line.startsWith("#")), [
    "#0 scenario of a test · needs etcd 3.6",
    "#1 scenario of a test · long, 3.5 s: not in deno task test · needs etcd 3.6",
  ]);
});
