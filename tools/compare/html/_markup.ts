/** Text that is HTML already; whatever else goes into a page is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The values a template may hold: lists are joined, `undefined` leaves nothing.
 */
export type Content =
  | string
  | number
  | undefined
  | Markup
  | readonly (Markup | undefined)[];

/** A template whose values are escaped unless they are {@linkcode Markup}. */
export function markup(
  texts: TemplateStringsArray,
  ...values: readonly Content[]
): Markup {
  return new Markup(
    texts.map((text, at) => text + contentText(values[at])).join(""),
  );
}

/** The text as HTML shows it, in elements and in quoted attributes. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (at) => `&#${at.charCodeAt(0)};`);
}

function contentText(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "string") return escape(content);
  if (typeof content === "number") return String(content);
  return content.map(contentText).join("\n");
}
