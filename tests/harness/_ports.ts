import { PortBlock } from "../../testing/ports/mod.ts";

/** The ports of this process: taken before any test, and given back at its end. */
const BLOCK = await PortBlock.claim();

/** Finds `count` ports of 127.0.0.1 that are free, all at the same time. */
export function freePorts(count: number): Promise<number[]> {
  return BLOCK.take(count);
}
