import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";
import { connected, OK, running } from "../call/_subject.ts";

Deno.test("KvFacet.compact() refuses a revision that is none", async () => {
  const made = connected("grpc1.23");
  for (const revision of [-1n, 2n ** 63n, 5 as unknown as bigint]) {
    const error = await assertRejects(
      () => made.kv.compact(revision),
      InvalidOptionError,
    );
    assertStrictEquals(error.option, "revision");
  }
  const done = made.kv.compact(5n, { physical: true });
  const call = await running(made);
  assertEquals(
    [...call.request],
    [...methods.kv.compact.encode({
      revision: fromBigInt(5n),
      physical: true,
    })],
  );
  call.reply(OK);
  assertStrictEquals((await done).header.revision, 0n);
  await made.pool.close();
});
