// Several servers in one run, and results put together and compared.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Scenario } from "../../../../scenarios/scenario.ts";
import { main } from "../../../../../tools/compare/main.ts";
import { readResults } from "../../../../../tools/compare/result/_lab.ts";
import { exists } from "../../../../harness/mod.ts";
import { StandInCluster } from "../_stand_in_cluster.ts";
import { recording, scenario } from "../_stand_in_scenario.ts";
import { TextSink } from "../_text_sink.ts";
import { GOOD, NONE_FAILS, runCompare } from "./_run.ts";

const SCENARIOS = [scenario(1, GOOD, NONE_FAILS)];

/** Clusters of one server after the other. */
function servers(...versions: readonly string[]) {
  const left = [...versions];
  return () => {
    const cluster = new StandInCluster();
    const version = left.shift() ?? "none";
    const { binaries } = cluster;
    Object.assign(cluster, { binaries: { ...binaries, version } });
    return Promise.resolve(cluster.asCluster);
  };
}

async function directory(): Promise<
  { readonly path: string } & AsyncDisposable
> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Runs the command; gives its exit code and what it said. */
async function command(...args: string[]) {
  const [stdout, stderr] = [new TextSink(), new TextSink()];
  const exitCode = await main(args, { stdout, stderr });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

Deno.test("compare() runs on one server after the other, into one file and a page for each", async () => {
  await using folder = await directory();
  const json = join(folder.path, "lab.json");
  const html = join(folder.path, "lab.html");
  const { exitCode, results, stdout, stderr } = await runCompare(SCENARIOS, {
    etcd: ["3.4", "3.5"],
    startCluster: servers("3.4.23", "3.5.16"),
    json,
    html,
  });
  assertEquals(exitCode, 0);
  assertEquals(results.map(({ etcd }) => etcd.version), ["3.4.23", "3.5.16"]);
  assertEquals(await readResults("--json", json), results);
  assertEquals(stdout.split("2 cells: 2 as expected").length, 3);
  assertStringIncludes(stderr, "On etcd 3.4\n");
  const front = await Deno.readTextFile(html);
  for (const { etcd: { version } } of results) {
    const page = `lab-etcd-${version}.html`;
    assertStringIncludes(front, `href="${page}"`);
    assertStringIncludes(
      await Deno.readTextFile(join(folder.path, page)),
      '<a href="lab.html">All servers</a>',
    );
  }
});

Deno.test("compare() keeps the servers it came to when one cannot be had, and resumes", async () => {
  await using folder = await directory();
  const json = join(folder.path, "lab.json");
  const ran: string[] = [];
  const counted = SCENARIOS.map((one): Scenario => ({
    ...one,
    run(context) {
      ran.push(context.subject.name);
      return one.run(context);
    },
  }));
  const etcd = ["3.4", "3.6"];
  const start = servers("3.4.23");
  let started = 0;
  const first = await runCompare(counted, {
    etcd,
    startCluster: () =>
      started++ === 0
        ? start()
        : Promise.reject(new Error("Cannot find etcd 3.6: not built")),
    json,
  });
  assertEquals(first.exitCode, 1);
  assertEquals(first.results.length, 1);
  assertStringIncludes(first.stderr, "Cannot find etcd 3.6");
  assertEquals(ran.length, 2);
  const again = await runCompare(counted, {
    etcd,
    startCluster: servers("3.6.1"),
    json,
    resume: true,
  });
  assertEquals(again.exitCode, 0);
  assertEquals(
    again.results.map(({ etcd }) => etcd.version),
    ["3.4.23", "3.6.1"],
  );
  assertEquals(ran.length, 4, "3.4 is not run again");
  const error = await runCompare(counted, { etcd: ["3.4"], json, resume: true })
    .catch((error) => error);
  assertStringIncludes(String(error), "it has etcd 3.6.1, --etcd has not");
});

/** Writes results of two servers; gives their files. */
async function written(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const version of ["3.5.16", "3.4.23"]) {
    const json = join(folder, `${version}.json`);
    const startCluster = servers(version);
    await runCompare(SCENARIOS, { startCluster, json });
    files.push(json);
  }
  return files;
}

Deno.test("compare --from puts files together as one publication, and runs nothing", async () => {
  await using folder = await directory();
  const files = await written(folder.path);
  const site = join(folder.path, "site");
  const { exitCode, stderr } = await command(
    `--from=${files.join(",")}`,
    "--site",
    site,
    `--against=${files[0]}`,
  );
  assertEquals(exitCode, 0, stderr);
  const results = await readResults("--from", join(site, "lab.json"));
  assertEquals(results.map(({ etcd }) => etcd.version), ["3.4.23", "3.5.16"]);
  const front = await Deno.readTextFile(join(site, "index.html"));
  assertStringIncludes(front, 'href="index-etcd-3.4.23.html"');
  assertStringIncludes(front, 'href="lab.json"');
  assertStringIncludes(front, "0 of 2 cells have changed");
  assert(!front.includes("In the clone"), "it is published without the docs");
  assert(await exists(join(site, "index-etcd-3.5.16.html")));
});

Deno.test("compare --from refuses two results of one server, and what is no result", async () => {
  await using folder = await directory();
  const [file = ""] = await written(folder.path);
  const copy = join(folder.path, "copy.json");
  await Deno.copyFile(file, copy);
  const twice = await command("--from", `${file},${copy}`);
  assertEquals(twice.exitCode, 2);
  assertStringIncludes(twice.stderr, "--from has two results of etcd 3.5.16");
  for (const text of ["[]", '{"format":"etcdeno-compare-lab"}', "{}"]) {
    await Deno.writeTextFile(copy, text);
    const { exitCode, stderr } = await command("--from", copy);
    assertEquals(exitCode, 2);
    assertStringIncludes(stderr, `--from cannot use ${copy}: it is no result`);
  }
});

Deno.test("compare --against ends with 3 and says what has changed", async () => {
  await using folder = await directory();
  const json = join(folder.path, "before.json");
  await runCompare(SCENARIOS, { json });
  const same = await runCompare(SCENARIOS, { against: json });
  assertEquals(same.exitCode, 0);
  assertStringIncludes(same.stdout, "\n0 of 2 cells have changed since");
  const losing = scenario(1, {
    ...GOOD,
    two: recording({ failed: 2, lease: "lost" }),
  }, NONE_FAILS);
  const bad = await runCompare([losing], { against: json });
  assertEquals(bad.exitCode, 1, "not as expected says more than changed");
  assertStringIncludes(bad.stdout, "1 of 2 cells has changed");
  assertStringIncludes(bad.stdout, " ~ etcd 3.5.0 | two | #1");
  const tolerated = await runCompare([
    scenario(1, { ...GOOD, two: recording({ failed: 2 }) }, {
      ...NONE_FAILS,
      two: { go: "2 [M]", ours: { failed: [0, 2] } },
    }),
  ], { against: json });
  assertEquals(tolerated.exitCode, 0, "the marks say the same");
  const slow = recording({
    marks: [{
      startMs: 1,
      durationMs: 4_000,
      ok: true,
      member: "m1",
      code: undefined,
      maybeCommitted: false,
    }],
  });
  const quick = {
    ...slow,
    marks: slow.marks.map((mark) => ({ ...mark, durationMs: 1 })),
  };
  await runCompare([scenario(1, { one: quick, two: quick }, NONE_FAILS)], {
    json,
  });
  const changed = await runCompare(
    [scenario(1, { one: quick, two: slow }, NONE_FAILS)],
    { against: json },
  );
  assertEquals(changed.exitCode, 3);
  assertStringIncludes(changed.stdout, "back after 4.00 s, was 2 ms");
});
