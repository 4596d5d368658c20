/**
 * View: a range of keys in memory, kept up to date.
 *
 * @module
 */
export { LiveView } from "./_live_view.ts";
export { type ViewSettings, viewSettings } from "./_settings.ts";
export type {
  ChangesOptions,
  CodecViewOptions,
  View,
  ViewBufferOptions,
  ViewChange,
  ViewEntry,
  ViewOptions,
  ViewReader,
  ViewState,
  ViewUpdate,
  ViewWaitOptions,
} from "./types.ts";
export { view } from "./view.ts";
