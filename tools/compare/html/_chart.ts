/** Timelines, drawn by Observable Plot into SVG that needs no script. */
import { CALLS_HEIGHT, callsPanel } from "./_calls.ts";
import { lanesHeight, lanesPanel } from "./_lanes.ts";
import { Markup, markup } from "./_markup.ts";
import { type TimelineParts, WIDTH } from "./_svg.ts";

/** What those are told who do not see the timeline. */
export interface TimelineWords {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** Draws the calls, if there are any, and below them a lane per member. */
export function drawTimeline(
  parts: TimelineParts,
  { id, title, description }: TimelineWords,
): Markup {
  const callsHeight = parts.drawn.length === 0 ? 0 : CALLS_HEIGHT;
  const height = callsHeight + lanesHeight(parts);
  const calls = callsHeight === 0 ? undefined : new Markup(callsPanel(parts));
  const lanes = new Markup(lanesPanel(parts));
  return markup`<svg class="timeline" role="img" aria-labelledby="${id}-t ${id}-d" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${calls}<g transform="translate(0,${callsHeight})">${lanes}</g>
</svg>`;
}
