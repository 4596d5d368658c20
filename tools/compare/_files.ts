/** Files that the user names. */
import { join } from "node:path";
import type { CompareOutputs } from "./_args.ts";
import type { OutputFiles } from "./_output.ts";
import { checkMarks } from "./report/mod.ts";
import { UsageError, userPath } from "../output/mod.ts";
import { checkWritable, messageOf } from "./result/mod.ts";

/** The files in the folder of `--site`. */
const SITE_FILES = { html: "index.html", json: "lab.json" } as const;

/**
 * The files as absolute paths, made sure of before anything is run.
 *
 * @throws {UsageError} If one cannot be written.
 */
export async function outputFiles(
  { json, html, markdown, site, against }: CompareOutputs,
): Promise<OutputFiles> {
  const folder = await siteFolder(site);
  const inSite = (name: keyof typeof SITE_FILES): string | undefined =>
    folder === undefined ? undefined : join(folder, SITE_FILES[name]);
  const files = {
    json: await resultFile("--json", json) ??
      await resultFile("--site", inSite("json")),
    html: await resultFile("--html", html) ??
      await resultFile("--site", inSite("html")),
    ...against !== undefined && { against: userPath(against) },
    ...folder !== undefined && { published: true },
  };
  if (typeof markdown !== "string") return { ...files, markdown };
  const path = userPath(markdown);
  await checkMarks(path);
  return { ...files, markdown: path };
}

async function siteFolder(
  site: string | undefined,
): Promise<string | undefined> {
  if (site === undefined) return undefined;
  const folder = userPath(site);
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`--site ${site} cannot be made: ${messageOf(error)}`);
  }
  return folder;
}

/**
 * The file of a flag for results, made sure of before anything is run.
 *
 * @throws {UsageError} If it cannot be written.
 */
async function resultFile(
  flag: string,
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const absolute = userPath(path);
  try {
    await checkWritable(absolute);
  } catch (error) {
    throw new UsageError(
      `${flag} ${path} cannot be written: ${messageOf(error)}`,
    );
  }
  return absolute;
}
