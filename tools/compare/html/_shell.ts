/** The parts that all pages have: one file each, without scripts, that loads nothing. */
import { Markup, markup } from "./_markup.ts";
import { STYLE } from "./_style.ts";

/** The title of the page, and of its first heading. */
export const TITLE = "etcdeno’s balancer strategies under the same faults";

/** A page around its content; `skip` is where its first link leads. */
export function shell(
  content: Markup,
  { title = TITLE, skip }: {
    readonly title?: string;
    readonly skip: { readonly id: string; readonly words: string };
  },
): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#${skip.id}">${skip.words}</a>
${content}
<footer><p>Made by <code>deno task compare --html</code>; <code>deno task compare --help</code> says what else it does.</p></footer>
</body>
</html>
`.text;
}
