/** The files and streams that a result goes to. */
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type CompareResult, toJson } from "./result/mod.ts";
import { putSummary, renderMarkdown, renderReport } from "./report/mod.ts";
import type { Sink } from "../output/mod.ts";

/** The files the user wants besides the report. */
export interface OutputFiles {
  /** A file for the result. */
  readonly json?: string | undefined;
  /** A file for the page. */
  readonly html?: string | undefined;
  /**
   * Whether the report is a summary as Markdown, or the file in which that is
   * to be put between its marks. @default {false}
   */
  readonly markdown?: boolean | string;
}

type PageModule = typeof import("./html/mod.ts");
const DOCS = fileURLToPath(new URL("../../docs", import.meta.url));
/** By a name that Deno cannot see: it fetches the libraries of what it sees. */
const PAGE_MODULE = "./html/mod.ts";

/** Reports, and writes the files. */
export async function writeOutputs(
  result: CompareResult,
  { stdout, note, json, html, markdown }: OutputFiles & {
    readonly stdout: Sink;
    /** Says where something is. */
    readonly note: (text: string) => void;
  },
): Promise<void> {
  stdout.write(
    markdown === true ? renderMarkdown(result) : renderReport(result, stdout),
  );
  if (typeof markdown === "string") {
    const text = await Deno.readTextFile(markdown);
    await Deno.writeTextFile(
      markdown,
      putSummary(text, renderMarkdown(result)),
    );
    note(`The summary is in ${markdown}`);
  }
  if (html !== undefined) {
    const { renderHtml }: PageModule = await import(PAGE_MODULE);
    const docs = relative(dirname(html), DOCS).replaceAll("\\", "/");
    await Deno.writeTextFile(html, renderHtml(result, { docs }));
    note(`The page is in ${html}`);
  }
  if (json !== undefined) {
    await Deno.writeTextFile(json, toJson(result));
    note(`Everything measured is in ${json}`);
    if (result.ended !== "complete") {
      note("The same command with --resume runs the other cells");
    }
  }
}
