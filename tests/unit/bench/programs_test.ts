import { assertEquals, assertRejects } from "@std/assert";
import { OPERATIONS } from "../../../bench/_operation.ts";
import { FLOOR, ours } from "../../../bench/_programs.ts";
import { prepareReady } from "../../../bench/_ready.ts";
import { measureInRounds, type ReadyProgram } from "../../../bench/_rounds.ts";
import { build, unlessMissing } from "../../../bench/_toolchain.ts";

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

Deno.test("build() has the last words of a program that fails", async () => {
  await assertRejects(
    () => build(["sh", "-c", "echo no space >&2; exit 3"], { cwd: "/tmp" }),
    Error,
    "no space",
  );
});

function fail(): never {
  throw new Error("Cannot find the operation");
}
