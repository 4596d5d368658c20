import { assert, assertEquals } from "@std/assert";
import { renderHtml } from "../../../../../tools/compare/html/_page.ts";
import { renderLab } from "../../../../../tools/compare/html/_lab_page.ts";
import { changesBetween } from "../../../../../tools/compare/result/_changes.ts";
import { findChromium, probePage } from "./_chromium.ts";
import { RESULT } from "../_example_result.ts";

const chromium = await findChromium();
const missing = chromium === undefined ? " (no Chromium on the PATH)" : "";

for (const widthPx of [360, 390, 1_280]) {
  Deno.test({
    name: `the page can be read at ${widthPx} px, dark and light${missing}`,
    ignore: chromium === undefined,
    async fn() {
      assert(chromium !== undefined);
      const page = renderHtml(RESULT);
      const found = await Promise.all((["light", "dark"] as const).map(
        (scheme) => probePage(page, { chromium, widthPx, scheme }),
      ));
      for (const probe of found) {
        const { tooWide, offScreen, overfull, leastTextPx } = probe;
        assertEquals(tooWide, []);
        assertEquals(offScreen, []);
        assertEquals(overfull, []);
        assert(leastTextPx >= 10, `${leastTextPx} px`);
        const { faint, figures, cellLinks, console } = probe;
        assertEquals(faint, []);
        assertEquals(console, []);
        assertEquals(figures, RESULT.cells.length);
        assertEquals(cellLinks, RESULT.cells.length - 1);
      }
      const [light, dark] = found.map(({ background }) => background);
      assert(light !== dark, `both are ${light}`);
    },
  });
}

for (const [widthPx, scheme] of [[390, "dark"], [1_200, "light"]] as const) {
  Deno.test({
    name:
      `the page of all servers can be read at ${widthPx} px, ${scheme}${missing}`,
    ignore: chromium === undefined,
    async fn() {
      assert(chromium !== undefined);
      const page = renderLab([{ result: RESULT, page: "one.html" }, {
        result: { ...RESULT, etcd: { ...RESULT.etcd, version: "3.6.1" } },
        page: "other.html",
      }], {
        changes: changesBetween([RESULT], [{
          ...RESULT,
          cells: RESULT.cells.map((cell, at) => ({
            ...cell,
            ...at === 0 && { verdict: "not run" as const },
          })),
        }]),
      });
      const found = await probePage(page, { chromium, widthPx, scheme });
      const { tooWide, offScreen, overfull, faint, console } = found;
      assertEquals([tooWide, offScreen, overfull, faint], [[], [], [], []]);
      assertEquals(console, []);
      // A cell of the picture for each class of faults and strategy.
      assertEquals(found.pictureCells, 2 * 3);
      assertEquals(found.unreachable, [], "by keyboard");
    },
  });
}
