// The program of docs/recipes/queue.md, while a member fails.
import { assertEquals } from "@std/assert";
import { queue, text } from "../../recipes/mod.ts";
import { waitFor } from "../harness/mod.ts";
import { startThreeMembers } from "../failover/_three_members.ts";
import { underFaults } from "../failover/recipes/_programs.ts";
import { WORK_QUEUE } from "../failover/recipes/_queue_page.ts";

startThreeMembers();

const AROUND = {
  before: `
    // deno-lint-ignore require-await
    const resize = async (path: string) => console.log("resizes", path);`,
};

underFaults("queue.md | work", WORK_QUEUE, {
  async before({ start }) {
    const program = await start(AROUND);
    await program.printed("resizes cat.png");
    return program;
  },
  async during(first, { start, observer }) {
    const second = await start(AROUND);
    await using images = queue(observer, "images", { codec: text });
    const paths = Array.from({ length: 10 }, (_, at) => `dog ${at}.png`);
    for (const path of paths) await images.enqueue(path);
    const resized = () => [...first.lines, ...second.lines].toSorted();
    await waitFor("all images", () => resized().length >= 12, {
      timeoutMs: 60_000,
    });
    // Each of the programs has put one cat.
    const expected = ["cat.png", "cat.png", ...paths];
    assertEquals(resized(), expected.map((path) => `resizes ${path}`));
  },
});
