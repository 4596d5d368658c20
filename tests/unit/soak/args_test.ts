import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_TRANSPORT } from "../../../balancers/dial/mod.ts";
import { readSoakArgs, UsageError } from "../../soak/_args.ts";

const drawn = () => 4;

Deno.test("readSoakArgs() has a default for everything, and draws a seed", () => {
  assertEquals(readSoakArgs([], drawn), {
    balancer: "grpc1.23",
    transport: DEFAULT_TRANSPORT,
    minutes: 60,
    seed: 4,
    etcd: undefined,
    to: undefined,
  });
});

Deno.test("readSoakArgs() takes values after a space or a sign of equality", () => {
  const args = ["--balancer", "grpc1.7", "--minutes=0.5", "--seed", "9"];
  const { balancer, minutes, seed } = readSoakArgs(args, drawn);
  assertEquals([balancer, minutes, seed], ["grpc1.7", 0.5, 9]);
});

for (
  const [args, state] of [
    [["--balancer", "first"], "--balancer must be one of"],
    [["--minutes", "long"], "--minutes must be a positive number, got 'long'"],
    [["--seed"], "--seed needs a value"],
    [["--hours", "3"], "'--hours' is not known"],
  ] as const
) {
  Deno.test(`readSoakArgs() refuses ${args.join(" ")}`, () => {
    assertThrows(() => readSoakArgs(args, drawn), UsageError, state);
  });
}
