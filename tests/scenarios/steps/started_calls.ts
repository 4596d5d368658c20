import { metricOf, type TestCluster } from "../../harness/mod.ts";

/** What a server counts calls by. */
export interface CallLabels {
  /** The method of a service, such as `Range`. */
  readonly method?: string;
  /** The kind of its calls. */
  readonly type?: "unary" | "bidi_stream";
}

/** Calls begun on any member so far, as the servers count them. */
export function startedCalls(
  { members }: Pick<TestCluster, "members">,
  { method, type }: CallLabels,
): Promise<number> {
  return metricOf(members, "grpc_server_started_total", {
    ...method !== undefined && { grpc_method: method },
    ...type !== undefined && { grpc_type: type },
  });
}
