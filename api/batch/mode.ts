/**
 * Which single-key calls may share a request: none, gets, or gets, puts and
 * deletes.
 */
export type BatchMode = "off" | "reads" | "all";
