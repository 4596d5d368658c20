import { createEventLog } from "./_event_log.ts";
import { helpText, parseFlags, UsageError } from "./_flags.ts";
import { Gateway } from "./gateway.ts";
import { createLog, type Log } from "./_log.ts";
import { notifyReady } from "./_notify.ts";
import type { GatewayOptions } from "./options.ts";
import { readSettings, type Settings } from "./_settings.ts";
import { StatusServer } from "./_status_server.ts";
import { StopSignals } from "./_stop_signals.ts";

/** What the command needs to speak to members for. */
export interface ClusterAccess {
  /** Rejects if a member is not well. */
  readonly probe: NonNullable<GatewayOptions["probe"]>;
  /** Gives the members' endpoints. */
  readonly members: NonNullable<GatewayOptions["members"]>;
}

/** Makes that access, if it is needed at all. */
export type OpenAccess = (settings: Settings) => Promise<ClusterAccess>;

/** Runs the command; resolves to its exit code. */
export async function runCommand(
  args: readonly string[],
  openAccess: OpenAccess,
): Promise<number> {
  let log = createLog("text");
  try {
    const flags = args.length === 0 ? "help" : parseFlags(args);
    if (flags === "help") {
      await Deno.stdout.write(new TextEncoder().encode(helpText()));
      return 0;
    }
    const settings = await readSettings(flags);
    log = createLog(settings.logFormat);
    log("info", "Running: ", { args });
    return await serve(settings, { log, openAccess });
  } catch (error) {
    const { message } = error as Error;
    const hint = error instanceof UsageError ? ", see --help" : "";
    log("error", `${message}${hint}`);
    return 1;
  }
}

interface Surroundings {
  readonly log: Log;
  readonly openAccess: OpenAccess;
}

async function serve(
  settings: Settings,
  { log, openAccess }: Surroundings,
): Promise<number> {
  using signals = new StopSignals();
  await using resources = new AsyncDisposableStack();
  const { metricsAddress } = settings;
  const status = metricsAddress && resources.use(
    new StatusServer(metricsAddress),
  );
  if (status) log("info", "serving metrics", { address: status.address });
  const access = settings.probe || settings.syncMembers
    ? await openAccess(settings)
    : undefined;
  const started = Gateway.start({
    ...settings.gateway,
    probe: settings.probe ? access?.probe : undefined,
    members: settings.syncMembers ? access?.members : undefined,
    signal: signals.second,
    onEvent: createEventLog(log),
  });
  const gateway = await Promise.race([started, signals.received]);
  // Nothing to drain yet; what was begun ends with the process.
  if (!gateway) return signals.exitCode;
  resources.use(gateway);
  if (status) status.snapshot = () => gateway.snapshot();
  await notifyReady(log);
  await Promise.race([gateway.finished, signals.received]);
  await gateway.drain({ timeoutMs: settings.drainTimeoutMs });
  // A listener that failed is not a good end.
  await gateway.finished;
  return signals.exitCode;
}
