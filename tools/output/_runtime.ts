import config from "../../deno.json" with { type: "json" };
import { counted } from "./_text.ts";

/** What figures were measured with: they hold until one of these changes. */
export interface Runtime {
  /** The version of this package. */
  readonly client: string;
  /** The version of Deno. */
  readonly deno: string;
  /** Such as `linux x86_64`. */
  readonly system: string;
  /** How many processors there were. */
  readonly cpus: number;
}

/** What this process runs with. */
export function thisRuntime(): Runtime {
  return {
    client: config.version,
    deno: Deno.version.deno,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    cpus: navigator.hardwareConcurrency,
  };
}

/** A line above figures: versions and machine, then what else there is. */
export function measuredWith(
  { client, deno, system, cpus }: Runtime,
  { server, remarks = [] }: {
    /** The server that was measured, where the table does not name it. */
    readonly server?: string;
    readonly remarks?: readonly string[];
  } = {},
): string {
  return [
    `Client ${client}`,
    ...server === undefined ? [] : [server],
    `Deno ${deno}`,
    `${system} with ${counted(cpus, "processor")}`,
    ...remarks,
  ].join(" · ");
}
