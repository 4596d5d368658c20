/** The strategy that goes by evidence; its rules are in `adaptive.ts`. */
export { Adaptive, adaptive } from "./adaptive.ts";
export type { AdaptiveOptions } from "./options.ts";
