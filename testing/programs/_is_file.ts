import { stat } from "node:fs/promises";
import type { CodedError } from "../errors/mod.ts";

/** Whether there is a file at `path`. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    const { code } = error as CodedError;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}
