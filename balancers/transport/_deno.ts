import type { SrvAnswer, SrvQuery } from "./_srv_types.ts";

/** A permission that Deno can be asked about. */
export type DenoPermission =
  | { readonly name: "net"; readonly host: string }
  | { readonly name: "read" | "write"; readonly path: string };

/** The parts of Deno that nothing in `node:` stands for. */
export interface DenoParts {
  /**
   * A resolver of `node:dns` needs a permission of its own to be told the name
   * server (--allow-sys=networkInterfaces), and does not tell that it lacks one
   * for the network: that is UNKNOWN (2.9.6).
   */
  resolveDns(
    name: string,
    type: "SRV",
    query: SrvQuery,
  ): Promise<readonly SrvAnswer[]>;
  readonly permissions: {
    querySync(permission: DenoPermission): { readonly state: string };
  };
}

/** Deno, where the program runs on it. This is the only file that names it. */
export const deno: DenoParts | undefined =
  (globalThis as { readonly Deno?: DenoParts }).Deno;
