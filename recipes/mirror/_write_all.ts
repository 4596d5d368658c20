import type { Position } from "./_checkpoint.ts";
import type { Copy } from "./_copies.ts";
import type { Limits } from "./_limits.ts";
import type { Status } from "./_status.ts";
import type { Target } from "./_target.ts";

/** The target of a write, and what the checkpoint says then. */
export interface WriteOptions {
  readonly target: Target;
  readonly limits: Limits;
  readonly status: Status;
  /** After the last part. @default {the checkpoint stays} */
  readonly final?: Position | undefined;
  /** After those before, if one transaction cannot take all. */
  readonly partial?: Position | undefined;
}

/** Writes copies in as many transactions as they need: one, if that can be. */
export async function writeAll(
  copies: readonly Copy[],
  options: WriteOptions,
): Promise<void> {
  const { target, limits, status, partial, final } = options;
  const parts = limits.parts(copies);
  for (const [at, part] of parts.entries()) {
    const position = at === parts.length - 1 ? final : partial;
    try {
      await target.write(part, position);
      status.wrote(part.length);
    } catch (error) {
      if (!limits.shrink(error, part)) throw error;
      await writeAll(part, { ...options, final: position });
    }
  }
}
