import config from "../../deno.json" with { type: "json" };
import { counted } from "./_text.ts";

/** The runtime of measured figures: they hold until a part of it changes. */
export interface Runtime {
  /** The version of this package. */
  readonly client: string;
  /** The version of Deno. */
  readonly deno: string;
  /** Such as `linux x86_64`. */
  readonly system: string;
  /** The number of processors. */
  readonly cpus: number;
}

/** The runtime of this process. */
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
