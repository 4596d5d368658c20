import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  checkWritable,
  toJson,
} from "../../../../../tools/compare/result/_json.ts";
import { RESULT } from "../_example_result.ts";

Deno.test("toJson() keeps every field of a result", () => {
  assertEquals(JSON.parse(toJson([RESULT])), RESULT);
});

Deno.test("toJson() puts a call on one line and ends the last one", () => {
  const text = toJson([RESULT]);
  assertMatch(
    text,
    /^ *\{ "startMs": 0, "durationMs": 1, .*"maybeCommitted": true \},$/m,
  );
  assertEquals(text.at(-1), "\n");
});

Deno.test("toJson() writes integers of 64 bits as strings", () => {
  const text = toJson([{
    ...RESULT,
    seconds: 9_007_199_254_740_993n as unknown as number,
  }]);
  assertEquals(JSON.parse(text).seconds, "9007199254740993");
});

Deno.test("checkWritable() leaves what is there, and nothing else", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const file = `${directory}/result.json`;
    await checkWritable(file);
    await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);
    await Deno.writeTextFile(file, "before");
    await checkWritable(file);
    assertEquals(await Deno.readTextFile(file), "before");
    await assertRejects(() => checkWritable(directory));
    await assertRejects(
      () => checkWritable(`${directory}/none/result.json`),
      Deno.errors.NotFound,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
