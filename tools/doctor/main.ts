/**
 * `deno task doctor ENDPOINTS`: examines a cluster, see `testing/doctor/`.
 *
 * @module
 */
import { InvalidOptionError } from "../../mod.ts";
import { diagnose, type DiagnoseOptions } from "../../testing/doctor/mod.ts";
import { paintFor, processSink, type Sink, userPath } from "../output/mod.ts";
import {
  type DoctorArgs,
  DoctorUsageError,
  HELP,
  readDoctorArgs,
} from "./_args.ts";
import { renderDiagnosis } from "./_report.ts";

const EXIT = { healthy: 0, faulty: 1, usage: 2 } as const;

/** The command: resolves to its exit code. */
export async function main(
  args: readonly string[],
  sinks: { readonly stdout?: Sink; readonly stderr?: Sink } = {},
): Promise<number> {
  const { stdout = processSink("stdout"), stderr = processSink("stderr") } =
    sinks;
  try {
    const command = readDoctorArgs(args);
    if (command === "help") {
      stdout.write(HELP);
      return EXIT.healthy;
    }
    const diagnosis = await diagnose(
      command.endpoints,
      await optionsOf(command),
    );
    stdout.write(
      command.json
        ? `${JSON.stringify(diagnosis, null, 2)}\n`
        : renderDiagnosis(diagnosis, {
          columns: stdout.columns,
          paint: paintFor(stdout),
        }),
    );
    return diagnosis.healthy ? EXIT.healthy : EXIT.faulty;
  } catch (error) {
    const isUsage = error instanceof DoctorUsageError ||
      error instanceof InvalidOptionError;
    if (!isUsage) throw error;
    stderr.write(`${error.message}\nSee deno task doctor --help\n`);
    return EXIT.usage;
  }
}

async function optionsOf(
  { user, serverName, transport, timeoutMs, idleMs, ...files }: DoctorArgs,
): Promise<DiagnoseOptions> {
  const ca = await textOf("--trusted-ca-file", files.caFile);
  const cert = await textOf("--cert-file", files.certFile);
  const key = await textOf("--key-file", files.keyFile);
  const password = await textOf("--password-file", files.passwordFile);
  const tls = {
    ...ca !== undefined && { ca },
    ...cert !== undefined && { cert },
    ...key !== undefined && { key },
    ...serverName !== undefined && { serverName },
  };
  return {
    ...Object.keys(tls).length > 0 && { tls },
    ...user !== undefined && password !== undefined && {
      auth: { username: user, password: password.split(/\r?\n/)[0] ?? "" },
    },
    transport,
    timeoutMs,
    idleMs,
  };
}

async function textOf(
  flag: string,
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await Deno.readTextFile(userPath(path));
  } catch (error) {
    throw new DoctorUsageError(
      `${flag} ${path} cannot be read: ${(error as Error).message}`,
    );
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
