import type { TestCluster } from "../../harness/mod.ts";

/** What a server counts calls by. */
export interface CallLabels {
  /** The method of a service, such as `Range`. */
  readonly method?: string;
  /** The kind of its calls. */
  readonly type?: "unary" | "bidi_stream";
}

/** Calls begun on any member so far, as the servers count them. */
export async function startedCalls(
  { members }: Pick<TestCluster, "members">,
  { method, type }: CallLabels,
): Promise<number> {
  const texts = await Promise.all(members.map((member) => member.metrics()));
  const counts = texts.join("\n").matchAll(
    /^grpc_server_started_total\{([^}]*)\} (\d+)$/gm,
  );
  return [...counts]
    .filter(([, labels = ""]) =>
      (method === undefined || labels.includes(`grpc_method="${method}"`)) &&
      (type === undefined || labels.includes(`grpc_type="${type}"`))
    )
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}
