/**
 * The single-key calls that may share a request: `"off"` none, `"reads"` gets,
 * `"all"` gets, puts and deletes.
 */
export type BatchMode = "off" | "reads" | "all";
