import { ROOT } from "./_program.ts";

const README = await Deno.readTextFile(new URL("README.md", ROOT));

/** What stands below a heading. */
export function section(heading: string): string {
  const text = README.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0];
  if (text === undefined) throw new Error(`No section '${heading}'`);
  return text;
}

/** A block of TypeScript below a heading, the first one or one after it. */
export function snippet(heading: string, at = 0): string {
  const blocks = [...section(heading).matchAll(/```ts[^\n]*\n([^]*?)```/g)];
  const text = blocks[at]?.[1];
  if (text === undefined) throw new Error(`No block ${at} below ${heading}`);
  return text;
}
