import { assert, assertEquals } from "@std/assert";

/** Fails unless a document is as `deno fmt` writes it. */
export async function assertFormatted(markdown: string): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(path, markdown);
    const { success } = await new Deno.Command("deno", {
      args: ["fmt", "--no-config", path],
      stderr: "null",
    }).output();
    assert(success);
    assertEquals(await Deno.readTextFile(path), markdown);
  } finally {
    await Deno.remove(path);
  }
}
