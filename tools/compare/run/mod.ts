/**
 * Runs the cells of a comparison.
 *
 * @module
 */
export type { StartCluster } from "./_cluster.ts";
export { TimeEstimate } from "./_estimate.ts";
export { describeMatrix } from "./_matrix_estimate.ts";
export { onInterrupt } from "./_interrupt.ts";
export { CompareProgress } from "./_progress.ts";
export { isOf, readEarlier } from "./_resume.ts";
export { runComparison } from "./_run.ts";
