/** Timelines, drawn by Observable Plot into SVG that needs no script. */
import { CALLS_HEIGHT, callsPanel } from "./_calls.ts";
import { lanesHeight, lanesPanel } from "./_lanes.ts";
import { Markup, markup } from "./_markup.ts";
import { type Frame, FRAMES, type TimelineParts } from "./_svg.ts";

/** The words for readers who do not see the timeline. */
export interface TimelineWords {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** Draws a timeline for wide screens, and one for narrow ones. */
export function drawTimeline(
  parts: Omit<TimelineParts, "frame">,
  words: TimelineWords,
): Markup {
  return markup`${
    FRAMES.map((frame) => drawInto(frame, { ...parts, ...words }))
  }`;
}

/** Draws the calls, if there are any, and below them a lane per member. */
function drawInto(
  frame: Frame,
  { id, title, description, ...rest }:
    & Omit<TimelineParts, "frame">
    & TimelineWords,
): Markup {
  const { name, width } = frame;
  const parts: TimelineParts = { ...rest, frame };
  const callsHeight = parts.drawn.length === 0 ? 0 : CALLS_HEIGHT;
  const height = callsHeight + lanesHeight(parts);
  const calls = callsHeight === 0 ? undefined : new Markup(callsPanel(parts));
  const lanes = new Markup(lanesPanel(parts));
  const [titleId, textId] = [`${id}-${name}-t`, `${id}-${name}-d`];
  return markup`<svg class="timeline ${name}" role="img" aria-labelledby="${titleId} ${textId}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${titleId}">${title}</title><desc id="${textId}">${description}</desc>
${calls}<g transform="translate(0,${callsHeight})">${lanes}</g>
</svg>`;
}
