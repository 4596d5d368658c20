import { createEventLog, createLog, type Log, LogSink } from "../log/mod.ts";
import {
  SYSTEM_CLOCK,
  withoutPassword,
} from "../../balancers/transport/mod.ts";
import { helpText, parseFlags, UsageError } from "./_flags.ts";
import { Gateway } from "../gateway.ts";
import { notifyReady } from "./_notify.ts";
import type { GatewayOptions } from "../options.ts";
import { readSettings, type Settings } from "./_settings.ts";
import { StatusServer } from "../status/mod.ts";
import { StopSignals } from "./_stop_signals.ts";
import type { GatewayEvent } from "../view.ts";

/** The questions the command has for members. */
export interface ClusterAccess {
  /** Rejects if a member is not well. */
  readonly probe: NonNullable<GatewayOptions["probe"]>;
  /** Gives the members' endpoints. */
  readonly members: NonNullable<GatewayOptions["members"]>;
}

/** Opens the access to members; called only if a flag needs it. */
export type OpenAccess = (settings: Settings) => Promise<ClusterAccess>;

/** The time the last log lines are given to be written. */
const FLUSH_MS = 250;

/** Runs the command; resolves to its exit code. */
export async function runCommand(
  args: readonly string[],
  openAccess: OpenAccess,
): Promise<number> {
  const sink = new LogSink({
    clock: SYSTEM_CLOCK,
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

/** An argument as it was given, without the password of an endpoint. */
function argumentToShow(argument: string): string {
  const [flag = ""] = /^-[^=]*=/.exec(argument) ?? [];
  return flag + withoutPassword(argument.slice(flag.length));
}

interface Surroundings {
  readonly log: Log;
  readonly openAccess: OpenAccess;
}

/** The surroundings of a gateway that runs until the signals end it. */
interface Service extends Surroundings {
  readonly signals: StopSignals;
  readonly onEvent: (event: GatewayEvent) => void;
}

async function serveUntilTold(
  settings: Settings,
  surroundings: Surroundings,
): Promise<number> {
  using signals = new StopSignals();
  const onEvent = createEventLog(surroundings.log, SYSTEM_CLOCK);
  // Whatever still holds the rest, the second signal ends it.
  await Promise.race([
    serve(settings, { ...surroundings, signals, onEvent }),
    signals.insisted,
  ]);
  return signals.exitCode;
}

async function serve(
  settings: Settings,
  service: Service,
): Promise<void> {
  const { log, signals } = service;
  await using resources = new AsyncDisposableStack();
  const status = await openStatus(settings, service);
  if (status) resources.use(status);
  const gateway = await Promise.race([
    startGateway(settings, service),
    signals.received,
  ]);
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

async function openStatus(
  { metricsAddress }: Settings,
  { log, onEvent }: Service,
): Promise<StatusServer | undefined> {
  if (metricsAddress === undefined) return undefined;
  const status = await StatusServer.open(metricsAddress, {
    clock: SYSTEM_CLOCK,
    onPause: (error, retryMs) =>
      onEvent({ type: "accept_failed", error, retryMs }),
    onFailed: ({ message }) =>
      log("error", "cannot serve metrics any more", { error: message }),
  });
  log("info", "serving metrics", { address: status.address });
  return status;
}

async function startGateway(
  settings: Settings,
  { openAccess, signals, onEvent }: Service,
): Promise<Gateway> {
  const { probe, syncMembers } = settings;
  const access = probe || syncMembers ? await openAccess(settings) : undefined;
  return await Gateway.start({
    ...settings.gateway,
    probe: probe ? access?.probe : undefined,
    members: syncMembers ? access?.members : undefined,
    signal: signals.second,
    onEvent,
  });
}
