import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { OPERATIONS } from "../../../bench/programs/operation.ts";
import {
  FLOOR,
  ours,
  OVER_GRPC_JS,
  PROGRAMS,
} from "../../../bench/programs/programs.ts";
import type { Program, Run } from "../../../bench/programs/program.ts";
import { prepareReady } from "../../../bench/rounds/ready.ts";
import {
  measureInRounds,
  type ReadyProgram,
} from "../../../bench/rounds/rounds.ts";
import { runToEnd } from "../../../bench/rounds/run_program.ts";
import { methods } from "../../../proto/methods.ts";
import { secureListeners } from "../../../bench/cluster/secure_listeners.ts";
import { readSample } from "../../../bench/rounds/sample.ts";
import { FakeServer } from "../../harness/mod.ts";
import { ROOT } from "../support/_program.ts";
import { build, unlessMissing } from "../../../bench/programs/_toolchain.ts";

const LOADED = "grpc-js is loaded";
const [serget] = OPERATIONS.filter(({ name }) => name === "serget");
const [connect] = OPERATIONS.filter(({ name }) => name === "connect");

/** A program that prints its figures, or fails in its second run. */
function printing(name: string, order: string[], fails = ""): ReadyProgram {
  return {
    name,
    title: name,
    operations: ["serget"],
    command({ count, inFlight }) {
      order.push(name);
      const runs = order.filter((each) => each === name).length;
      return {
        path: "sh",
        args: [
          "-c",
          fails !== "" && runs > 1
            ? `echo ${fails} >&2; exit 1`
            : `echo "x n=${count} c=${inFlight} ${runs}000 op/s cpu 5 us/op"`,
        ],
      };
    },
  };
}

Deno.test("measureInRounds() lets the programs take turns, and leaves one out that failed", async () => {
  const order: string[] = [];
  const cells = await measureInRounds(
    [printing("a", order), printing("b", order, "broken")],
    {
      endpoints: ["127.0.0.1:1"],
      work: { operation: serget ?? fail(), inFlight: 1, count: 2 },
      rounds: 3,
    },
  );
  assertEquals(order, ["a", "b", "a", "b", "a"]);
  assertEquals(
    cells.map(({ program, samples, failure }) => [
      program,
      samples.map(({ opsPerSecond }) => opsPerSecond),
      failure,
    ]),
    [
      ["a", [1_000, 2_000, 3_000], undefined],
      ["b", [1_000], "Cannot measure with sh: broken"],
    ],
  );
});

Deno.test("measureInRounds() leaves out programs that lack the operation", async () => {
  const order: string[] = [];
  const cells = await measureInRounds([printing("a", order)], {
    endpoints: [],
    work: { operation: connect ?? fail(), inFlight: 1, count: 2 },
    rounds: 1,
  });
  assertEquals([order, cells], [[], []]);
});

Deno.test("prepareReady() has the floor and ours, and says what is missing", async () => {
  const { ready, missing } = await prepareReady([
    FLOOR,
    ours("grpc1.0"),
    {
      ...FLOOR,
      title: "peer",
      prepare: () =>
        unlessMissing(() => Promise.reject(new Error("it is\nnot there"))),
    },
  ]);
  assertEquals(ready.map(({ name }) => name), ["grpc-js", "grpc1.0"]);
  assertEquals(missing, [{ title: "peer", reason: "it is not there" }]);
});

Deno.test("The programs of ours say over which transport they go", async () => {
  const own = await Promise.all(
    PROGRAMS.filter((program) =>
      /^(grpc1|adaptive|batch|over)/.test(program.name)
    )
      .map(async (program) => {
        const { env } = await commandOf(program, "127.0.0.1:1");
        return `${program.name} ${env?.["TRANSPORT"]} ${env?.["BATCH"]}`;
      }),
  );
  assertEquals(own, [
    "grpc1.0 http2 off",
    "grpc1.7 http2 off",
    "grpc1.23 http2 off",
    "adaptive http2 off",
    "batch-reads http2 reads",
    "batch-all http2 all",
    "over-grpc-js grpc-js off",
  ]);
});

Deno.test("An operation over TLS is the plain one, with who signed the certificates", async () => {
  const [operation = fail()] = OPERATIONS.filter(({ name }) =>
    name === "put-tls"
  );
  for (const program of [OVER_GRPC_JS, ours("grpc1.7"), FLOOR]) {
    assert(program.operations.includes("put-tls"), program.name);
    const { env } = await commandOf(program, "127.0.0.1:1", {
      operation,
      ca: "/tmp/ca.pem",
    });
    assertEquals([env?.["OP"], env?.["CA"]], ["put", "/tmp/ca.pem"]);
  }
  const { env } = await commandOf(FLOOR, "127.0.0.1:1");
  assertEquals([env?.["OP"], env?.["CA"]], ["serget", ""]);
});

Deno.test("secureListeners() has an address for each member, and leaves no files", async () => {
  const secure = await secureListeners(2);
  assertEquals(new Set(secure.endpoints).size, 2);
  assertEquals(
    secure.argsOf({ name: "m2", clientPort: 7 })[0],
    `--listen-client-urls=http://127.0.0.1:7,https://${secure.endpoints[1]}`,
  );
  assertStringIncludes(await Deno.readTextFile(secure.ca), "BEGIN CERTIFICATE");
  await secure[Symbol.asyncDispose]();
  await assertRejects(() => Deno.stat(secure.ca), Deno.errors.NotFound);
});

Deno.test("A program over http2 loads no grpc-js, one over grpc-js does", async () => {
  await using server = await FakeServer.start();
  server.handle(methods.kv.range.path, () => new Uint8Array());
  const endpoint = new URL(server.endpoint).host;
  const loads = async (program: Program) => {
    const { args, ...command } = await commandOf(program, endpoint);
    const map = `--import-map=${await tellingImports()}`;
    const { output } = await runToEnd({
      ...command,
      args: ["run", map, ...args.slice(1)],
    });
    assert(readSample(output) !== undefined, output);
    return output.includes(LOADED);
  };
  assertEquals([await loads(ours("grpc1.23")), await loads(OVER_GRPC_JS)], [
    false,
    true,
  ]);
});

Deno.test("build() has the last words of a program that fails", async () => {
  await assertRejects(
    () => build(["sh", "-c", "echo no space >&2; exit 3"], { cwd: "/tmp" }),
    Error,
    "no space",
  );
});

/** How a program is started for a few gets. */
async function commandOf(
  program: Program,
  endpoint: string,
  changes: Partial<Run> = {},
) {
  const prepared = await program.prepare();
  if ("missing" in prepared) throw new Error(prepared.missing);
  return prepared({
    operation: serget ?? fail(),
    endpoints: [endpoint],
    inFlight: 1,
    count: 3,
    ...changes,
  });
}

/** The project's imports, with a grpc-js that tells when it is loaded. */
async function tellingImports(): Promise<string> {
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const grpcJs = imports["@grpc/grpc-js"];
  const telling = `export * from "${grpcJs}";
    export { default } from "${grpcJs}";
    console.log("${LOADED}");`;
  const files = Object.entries<string>(imports)
    .map(([name, at]) => [`${name}/`, `${at.replace("npm:", "npm:/")}/`]);
  const map = {
    imports: {
      ...imports,
      ...Object.fromEntries(files),
      "@grpc/grpc-js": `data:text/javascript,${encodeURIComponent(telling)}`,
    },
  };
  return `data:application/json,${encodeURIComponent(JSON.stringify(map))}`;
}

function fail(): never {
  throw new Error("Cannot find the operation");
}
