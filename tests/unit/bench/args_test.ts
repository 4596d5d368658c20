import { assertEquals, assertThrows } from "@std/assert";
import { readBenchArgs } from "../../../bench/command/args.ts";
import { OPERATIONS } from "../../../bench/programs/operation.ts";

const work = (...args: readonly string[]) =>
  readBenchArgs(args).work.map(({ operation, inFlight, count }) => [
    operation.name,
    inFlight,
    count,
  ]);

Deno.test("readBenchArgs() has every operation and program unless told", () => {
  const command = readBenchArgs([]);
  assertEquals(
    new Set(command.work.map(({ operation }) => operation.name)),
    new Set(OPERATIONS.map(({ name }) => name)),
  );
  assertEquals(
    command.programs.map(({ name }) => name).filter((name) =>
      ["grpc1.23", "grpc-js", "go"].includes(name)
    ),
    ["grpc1.23", "grpc-js", "go"],
  );
  assertEquals([command.rounds, command.members, command.codec], [3, 1, true]);
});

Deno.test("readBenchArgs() takes the numbers in flight where an operation leaves them open", () => {
  assertEquals(
    work("--operations", "linget,connect", "--in-flight", "1,8", "--count=50"),
    [["linget", 1, 50], ["linget", 8, 50], ["connect", 1, 50]],
  );
});

Deno.test("readBenchArgs() gives calls one after another a smaller count", () => {
  const counts = new Map(
    work("--operations", "put").map(([, inFlight, count]) => [inFlight, count]),
  );
  assertEquals(Number(counts.get(1)) * 5, counts.get(64));
});

Deno.test("readBenchArgs() measures much on one client over the transport that is named", () => {
  assertEquals(readBenchArgs(["--scale"]).transport, "http2");
  const args = ["--scale", "--transport", "grpc-js"];
  assertEquals(readBenchArgs(args).transport, "grpc-js");
  assertThrows(
    () => readBenchArgs(["--transport", "http3"]),
    TypeError,
    "--transport must be one of http2, grpc-js, got 'http3'",
  );
});

Deno.test("readBenchArgs() runs one round with 64 in flight when it is to be quick", () => {
  assertEquals(readBenchArgs(["--quick"]).rounds, 1);
  assertEquals(readBenchArgs(["--quick", "--rounds", "2"]).rounds, 2);
  assertEquals(
    work("--quick", "--operations", "linget").map(([, inFlight]) => inFlight),
    [64],
  );
});

Deno.test("readBenchArgs() leaves all operations out for `none`, and has the codec by name", () => {
  const none = readBenchArgs(["--operations", "none"]);
  assertEquals([none.work, none.codec], [[], false]);
  const codec = readBenchArgs(["--operations", "codec"]);
  assertEquals([codec.work, codec.codec], [[], true]);
});

Deno.test("readBenchArgs() refuses what it does not know", () => {
  for (
    const [args, words] of [
      [["--operations", "pet"], "'pet'"],
      [["--programs", "grpc9"], "'grpc9'"],
      [["--rounds", "0"], "--rounds"],
      [["--in-flight", "1,x"], "--in-flight"],
      [["--speed"], "--speed"],
    ] as const
  ) {
    assertThrows(() => readBenchArgs(args), TypeError, words);
  }
});
