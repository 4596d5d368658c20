import { watchPeak } from "./_peak_memory.ts";
import type { Command } from "../programs/mod.ts";
import { readSample, type Sample } from "./sample.ts";

const TIMEOUT_MS = 120_000;
const LAST_WORDS_CHARS = 300;

/** The end of a program: its output, and the most memory it held. */
export interface Ended {
  readonly output: string;
  /** Missing off Linux. */
  readonly peakMiB: number | undefined;
}

/**
 * Runs a program that does operations.
 *
 * @throws {Error} If it fails, or tells no figures.
 */
export async function runProgram(command: Command): Promise<Sample> {
  const { output, peakMiB } = await runToEnd(command);
  const sample = readSample(output);
  if (sample === undefined) {
    throw new Error(`Cannot measure with ${command.path}: no figures`);
  }
  return peakMiB === undefined ? sample : { ...sample, peakMiB };
}

/**
 * Runs a program to its end.
 *
 * @throws {Error} If it fails.
 */
export async function runToEnd(
  { path, args, env }: Command,
): Promise<Ended> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const child = new Deno.Command(path, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: timeout,
  }).spawn();
  const memory = watchPeak(child.pid);
  const { success, stdout, stderr } = await child.output();
  const peakMiB = memory.stop();
  timeout.throwIfAborted();
  const decoder = new TextDecoder();
  if (!success) {
    const words = decoder.decode(stderr).trim().slice(-LAST_WORDS_CHARS);
    throw new Error(`Cannot measure with ${path}: ${words || "no message"}`);
  }
  return { output: decoder.decode(stdout), peakMiB };
}
