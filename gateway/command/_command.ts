import { withoutPassword } from "../../balancers/transport/mod.ts";
import { createEventLog } from "./_event_log.ts";
import { helpText, parseFlags, UsageError } from "./_flags.ts";
import { Gateway } from "../gateway.ts";
import { createLog, type Log } from "./_log.ts";
import { LogSink } from "./_log_sink.ts";
import { notifyReady } from "./_notify.ts";
import type { GatewayOptions } from "../options.ts";
import { readSettings, type Settings } from "./_settings.ts";
import { StatusServer } from "../status/mod.ts";
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

/** How long the last lines may take to be written. */
const FLUSH_MS = 250;

/** Runs the command; resolves to its exit code. */
export async function runCommand(
  args: readonly string[],
  openAccess: OpenAccess,
): Promise<number> {
  const sink = new LogSink({
    onDropped: (count) => log("warn", "dropped log lines", { count }),
  });
  let log = createLog("text", sink.add);
  try {
    const flags = args.length === 0 ? "help" : parseFlags(args);
    if (flags === "help") {
      await Deno.stdout.write(new TextEncoder().encode(helpText()));
      return 0;
    }
    const settings = await readSettings(flags);
    log = createLog(settings.logFormat, sink.add);
    log("info", "Running: ", { args: args.map(argumentToShow) });
    return await serveUntilTold(settings, { log, openAccess });
  } catch (error) {
    const { message } = error as Error;
    const hint = error instanceof UsageError ? ", see --help" : "";
    log("error", `${message}${hint}`);
    return 1;
  } finally {
    await sink.flush({ timeoutMs: FLUSH_MS });
  }
}

/** As given, but for a password somebody put into an endpoint. */
function argumentToShow(argument: string): string {
  const [flag = ""] = /^-[^=]*=/.exec(argument) ?? [];
  return flag + withoutPassword(argument.slice(flag.length));
}

interface Surroundings {
  readonly log: Log;
  readonly openAccess: OpenAccess;
}

async function serveUntilTold(
  settings: Settings,
  surroundings: Surroundings,
): Promise<number> {
  using signals = new StopSignals();
  // Whatever still holds the rest, the second signal ends it.
  await Promise.race([
    serve(settings, { ...surroundings, signals }),
    signals.insisted,
  ]);
  return signals.exitCode;
}

async function serve(
  settings: Settings,
  { log, openAccess, signals }: Surroundings & {
    readonly signals: StopSignals;
  },
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const onEvent = createEventLog(log);
  const { metricsAddress } = settings;
  const status = metricsAddress && resources.use(
    new StatusServer(metricsAddress, {
      onPause: (error, retryMs) =>
        onEvent({ type: "accept_failed", error, retryMs }),
      onFailed: ({ message }) =>
        log("error", "cannot serve metrics any more", { error: message }),
    }),
  );
  if (status) log("info", "serving metrics", { address: status.address });
  const start = async () => {
    const access = settings.probe || settings.syncMembers
      ? await openAccess(settings)
      : undefined;
    return await Gateway.start({
      ...settings.gateway,
      probe: settings.probe ? access?.probe : undefined,
      members: settings.syncMembers ? access?.members : undefined,
      signal: signals.second,
      onEvent,
    });
  };
  const gateway = await Promise.race([start(), signals.received]);
  // Nothing to drain yet; what was begun ends with the process.
  if (!gateway) return;
  resources.use(gateway);
  if (status) status.snapshot = () => gateway.snapshot();
  const stopping = new AbortController();
  resources.defer(() => stopping.abort());
  // Not waited for: it may hang.
  void notifyReady(log, stopping.signal);
  await Promise.race([gateway.finished, signals.received]);
  await gateway.drain({ timeoutMs: settings.drainTimeoutMs });
  // A listener that failed is not a good end.
  await gateway.finished;
}
