import config from "../../../deno.json" with { type: "json" };
import type { CompareResult } from "../result/mod.ts";

/** What this client runs on. */
export function runtime(): CompareResult["runtime"] {
  return {
    client: config.version,
    deno: Deno.version.deno,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    cpus: navigator.hardwareConcurrency,
  };
}
