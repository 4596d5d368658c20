/** The files and streams that results go to. */
import { basename, dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Changes,
  changesBetween,
  type CompareResult,
  readResults,
  toJson,
} from "./result/mod.ts";
import {
  changeLines,
  putSummary,
  renderMarkdown,
  renderReport,
} from "./report/mod.ts";
import { paintFor, type Sink } from "../output/mod.ts";

/** The files the user wants besides the report. */
export interface OutputFiles {
  /** A file for the result. */
  readonly json?: string | undefined;
  /** A file for the page; with several servers, each has one beside it. */
  readonly html?: string | undefined;
  /**
   * Whether the report is a summary as Markdown, or the file in which that is
   * to be put between its marks. @default {false}
   */
  readonly markdown?: boolean | string;
  /** The file of an earlier result to compare with. */
  readonly against?: string | undefined;
  /** Whether the pages leave this machine, and its clone. @default {false} */
  readonly published?: boolean;
}

type PageModule = typeof import("./html/mod.ts");
const DOCS = fileURLToPath(new URL("../../docs", import.meta.url));
/** By a name that Deno cannot see: it fetches the libraries of what it sees. */
const PAGE_MODULE = "./html/mod.ts";

/**
 * The earlier results to compare with, if there are to be any.
 *
 * @throws {UsageError} If they cannot be read.
 */
export async function readAgainst(
  { against }: Pick<OutputFiles, "against">,
): Promise<readonly CompareResult[] | undefined> {
  return against === undefined
    ? undefined
    : await readResults("--against", against);
}

type Outputs = Omit<OutputFiles, "against"> & {
  /** The earlier results to compare with. */
  readonly against: readonly CompareResult[] | undefined;
  readonly stdout: Sink;
  /** Says where something is. */
  readonly note: (text: string) => void;
};

/** Reports, and writes the files; resolves to what has changed. */
export async function writeOutputs(
  results: readonly CompareResult[],
  { stdout, note, json, html, markdown, against, published = false }: Outputs,
): Promise<Changes | undefined> {
  const changes = against && changesBetween(against, results);
  const summary = (): string => results.map(renderMarkdown).join("\n");
  stdout.write(
    markdown === true
      ? summary()
      : results.map((result) => renderReport(result, stdout)).join("\n"),
  );
  if (changes !== undefined) {
    const paint = paintFor(stdout);
    const lines = changeLines(changes, { columns: stdout.columns, paint });
    stdout.write(`\n${lines.join("\n")}\n`);
  }
  if (typeof markdown === "string") {
    const text = await Deno.readTextFile(markdown);
    await Deno.writeTextFile(markdown, putSummary(text, summary()));
    note(`The summary is in ${markdown}`);
  }
  if (html !== undefined) {
    await writePages(results, { html, json, changes, published });
    note(`The page is in ${html}`);
  }
  if (json !== undefined) {
    await Deno.writeTextFile(json, toJson(results));
    note(`Everything measured is in ${json}`);
    if (results.some(({ ended }) => ended !== "complete")) {
      note("The same command with --resume runs the other cells");
    }
  }
  return changes;
}

/** One page; or one for each server, and one in front of them. */
async function writePages(
  results: readonly CompareResult[],
  { html, json, changes, published }: {
    readonly published: boolean;
    readonly html: string;
    readonly json: string | undefined;
    readonly changes: Changes | undefined;
  },
): Promise<void> {
  const { renderHtml, renderLab }: PageModule = await import(PAGE_MODULE);
  const seen = (path: string): string =>
    relative(dirname(html), path).replaceAll("\\", "/");
  const docs = published ? undefined : seen(DOCS);
  const [only, ...others] = results;
  if (only === undefined) return;
  if (others.length === 0) {
    await Deno.writeTextFile(html, renderHtml(only, { docs, changes }));
    return;
  }
  const pages = results.map((result) => ({
    result,
    path: html.replace(/(\.html?)?$/, `-etcd-${result.etcd.version}.html`),
  }));
  for (const { result, path } of pages) {
    const links = { docs, front: basename(html) };
    await Deno.writeTextFile(path, renderHtml(result, links));
  }
  await Deno.writeTextFile(
    html,
    renderLab(
      pages.map(({ result, path }) => ({ result, page: basename(path) })),
      { docs, changes, ...json !== undefined && { json: seen(json) } },
    ),
  );
}
