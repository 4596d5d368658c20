// The picture a page opens with, and the page in front of several servers.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  backGlyph,
  shareGlyph,
} from "../../../../../tools/compare/html/_glyphs.ts";
import { renderLab } from "../../../../../tools/compare/html/_lab_page.ts";
import { overview } from "../../../../../tools/compare/html/_overview.ts";
import { renderHtml } from "../../../../../tools/compare/html/_page.ts";
import { changesBetween } from "../../../../../tools/compare/result/_changes.ts";
import type { CompareResult } from "../../../../../tools/compare/result/_result.ts";
import { Client } from "../../../../../mod.ts";
import { DEFAULT_BALANCER } from "../../../../scenarios/subjects.ts";
import { RESULT } from "../_example_result.ts";

const OTHER: CompareResult = {
  ...RESULT,
  etcd: { ...RESULT.etcd, version: "3.6.1" },
};
const PAGES = [
  { result: RESULT, page: "lab-etcd-3.5.16.html" },
  { result: OTHER, page: "lab-etcd-3.6.1.html" },
];

/** What a reader sees, or hears. */
function textOf(page: string): string {
  return page.replaceAll(/<(style|title|head)>[^]*?<\/\1>/g, "")
    .replaceAll(/<[^>]*>/g, " ").replaceAll(
      /&#(\d+);/g,
      (_, code) => String.fromCharCode(+code),
    ).replaceAll(/\s+/g, " ");
}

Deno.test("overview() says of each fault what each strategy lost, and when calls were back", () => {
  const picture = overview([RESULT])?.text ?? "";
  const text = textOf(picture);
  assertStringIncludes(
    text,
    "grpc1.0 100 % of calls failed, back after: not back",
  );
  assertStringIncludes(
    text,
    "grpc1.7 35 % of calls failed, back after: not back",
  );
  assertStringIncludes(text, "grpc1.23 does not apply");
  assertStringIncludes(text, "A member loses the others 1 scenario ");
  assertStringIncludes(
    text,
    "grpc1.7 loses 35 % of the calls and grpc1.0 63 %.",
  );
  // The strategies that nothing is known of are not praised for it.
  assert(!text.includes("grpc1.23 loses"), text);
});

Deno.test("overview() leads by key to the scenarios of a fault, and from there to theirs", () => {
  const page = renderHtml(RESULT);
  const picture = page.slice(page.indexOf('class="which"'));
  assert(page.indexOf('class="which"') < page.indexOf("<dl"), "it comes first");
  for (const [, id] of picture.matchAll(/<a href="#([^"]+)"/g)) {
    assertStringIncludes(page, `id="${id}"`);
  }
  assertStringIncludes(picture, '<a href="#class-isolated">');
  assertStringIncludes(picture, '<a href="#s37"><span class="number">#37');
  assertEquals(/tabindex="-?[1-9]|onclick|<button/.exec(picture), null);
});

Deno.test("overview() is left out where there was no fault", () => {
  const cells = RESULT.cells.filter(({ scenario }) => scenario.id === 93);
  assertEquals(overview([{ ...RESULT, cells }]), undefined);
  assert(!renderHtml({ ...RESULT, cells }).includes("Which balancer?"));
});

Deno.test("the picture names the strategy of a client that names none", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  assertEquals(client.balancer.strategy, DEFAULT_BALANCER);
});

Deno.test("backGlyph() fills a box with those that are not back", () => {
  const boxOf = (times: readonly (number | null)[]) =>
    /class="fill"[^>]* y="([\d.]+)" height="([\d.]+)"/.exec(
      backGlyph(times).text,
    )?.slice(1).map(Number);
  assertEquals(boxOf([1, 2]), [10, 0]);
  assertEquals(boxOf([1, null]), [5, 5]);
  assertEquals(boxOf([null]), [0, 10]);
  assertStringIncludes(backGlyph([10, 10, 10]).text, '"M0.5 0V10"');
  assertStringIncludes(backGlyph([90_000]).text, '"M81.5 0V10"');
  assertStringIncludes(shareGlyph(0.335).text, 'class="fill" width="33.5"');
});

Deno.test("renderLab() has the picture of all servers, and a link to each", () => {
  const changes = changesBetween([RESULT], [RESULT, OTHER]);
  const page = renderLab(PAGES, { changes, json: "lab.json" });
  const text = textOf(page);
  assertStringIncludes(text, "etcd 3.5.16 and 3.6.1.");
  for (const { page: link, result } of PAGES) {
    assertStringIncludes(
      page,
      `<a href="${link}">etcd ${result.etcd.version}</a>`,
    );
  }
  assertStringIncludes(page, '<a href="lab-etcd-3.6.1.html#s37">');
  assertStringIncludes(page, '<a href="lab.json">');
  assertStringIncludes(
    text,
    "0 of 7 cells have changed since the earlier result; 7 cells more are not",
  );
  assertEquals(/<script|https?:\/\/(?!jsr)|url\(|@import/.exec(page), null);
});

Deno.test("renderLab() leads from a change to its timeline", () => {
  const cells = RESULT.cells.map((cell, at) =>
    at === 0 && cell.verdict === "expected"
      ? { ...cell, verdict: "unexpected" as const, deviations: ["none failed"] }
      : cell
  );
  const changed = { ...OTHER, cells };
  const changes = changesBetween([OTHER], [changed]);
  const page = renderLab([
    ...PAGES.slice(0, 1),
    { result: changed, page: "lab-etcd-3.6.1.html" },
  ], { changes });
  assertStringIncludes(
    page,
    '<a href="lab-etcd-3.6.1.html#s37-grpc1.0">etcd 3.6.1 | grpc1.0 | #37',
  );
  assertStringIncludes(textOf(page), "not as expected, was as expected");
});
