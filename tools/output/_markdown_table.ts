/** The lines of a Markdown table as `deno fmt` would have it, head first. */
export function markdownTable(
  rows: readonly (readonly string[])[],
): string[] {
  const cells = rows.map((row) =>
    row.map((text) => text.replaceAll(/\s+/g, " ").replaceAll(/[|<*]/g, "\\$&"))
  );
  const widths = (cells[0] ?? []).map((_, at) =>
    Math.max(3, ...cells.map((row) => [...row[at] ?? ""].length))
  );
  const line = (row: readonly string[]) =>
    `| ${
      widths.map((width, at) => {
        const text = row[at] ?? "";
        return text + " ".repeat(width - [...text].length);
      }).join(" | ")
    } |`;
  const [head = [], ...body] = cells;
  return [
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...body.map(line),
  ];
}
