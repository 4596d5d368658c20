import {
  ANYTHING,
  checkMs,
  checkObject,
  COUNT,
  FUNCTION,
  oneOf,
  SIGNAL,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";
import { own, prefixOf, toBytes } from "../../api/values/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { HeartbeatOptions, Keyspace } from "../../mod.ts";
import { checkKeyspace, keepKey } from "../steps/mod.ts";
import type { ExistingPolicy, MirrorOptions } from "./types.ts";

const DEFAULT_TXN_OPS = 128;
const EVERYTHING = new Uint8Array();

const MIRROR = new Signature("mirror", {
  prefix: ANYTHING,
  destinationPrefix: ANYTHING,
  checkpoint: ANYTHING,
  existing: oneOf("refuse", "replace"),
  maxTxnOps: COUNT,
  heartbeat: ANYTHING,
  onProgress: FUNCTION,
  onStateChange: FUNCTION,
  signal: SIGNAL,
});
/** The parameters of `Mirror.waitFor`. */
export const WAIT: Signature = new Signature("Mirror.waitFor", WAIT_OPTIONS);

/** The settings of a mirror, all checked. */
export interface MirrorSettings {
  readonly source: Keyspace;
  readonly target: Keyspace;
  readonly prefix: Uint8Array;
  readonly destinationPrefix: Uint8Array;
  readonly checkpoint: Uint8Array;
  /** The two keys as errors show them. */
  readonly shown: { readonly checkpoint: string; readonly destination: string };
  readonly existing: ExistingPolicy;
  readonly maxTxnOps: number;
  readonly heartbeat: HeartbeatOptions | false | undefined;
  readonly options: MirrorOptions;
}

/**
 * Checks the arguments of `mirror()`.
 *
 * @throws {InvalidOptionError} If one of them is not acceptable.
 */
export function mirrorSettings(
  source: Keyspace,
  target: Keyspace,
  options: MirrorOptions,
): MirrorSettings {
  // It cannot do without a checkpoint.
  return MIRROR.take(options ?? null, () => {
    const from = ownPrefix("prefix", options.prefix ?? EVERYTHING);
    const to = ownPrefix(
      "destinationPrefix",
      options.destinationPrefix ?? from,
    );
    const { key: checkpoint, shown } = keepKey(
      "checkpoint",
      options.checkpoint,
    );
    return {
      source: checkKeyspace(source, "source"),
      target: checkKeyspace(target, "target"),
      prefix: from,
      destinationPrefix: to,
      checkpoint,
      shown: {
        checkpoint: shown,
        destination: JSON.stringify(new TextDecoder().decode(to)),
      },
      existing: options.existing ?? "refuse",
      maxTxnOps: checkTxnOps(options.maxTxnOps ?? DEFAULT_TXN_OPS),
      heartbeat: checkHeartbeat(options.heartbeat),
      options: { ...options },
    };
  });
}

/** The whole prefixes of both sides, without regard to namespaces. */
export function wholePrefixes(
  { source, target, prefix, destinationPrefix, checkpoint }: MirrorSettings,
): {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly checkpoint: Uint8Array;
} {
  return {
    from: joined(prefixOf(source), prefix),
    to: joined(prefixOf(target), destinationPrefix),
    checkpoint: joined(prefixOf(target), checkpoint),
  };
}

/**
 * Refuses a mirror within one cluster that would feed itself.
 *
 * @throws {InvalidOptionError} If what it writes is among what it copies.
 */
export function checkApart(settings: MirrorSettings): void {
  const { destinationPrefix, checkpoint, shown } = settings;
  const whole = wholePrefixes(settings);
  MIRROR.take(undefined, () => {
    if (startsWith(whole.from, whole.to) || startsWith(whole.to, whole.from)) {
      throw new InvalidOptionError("destinationPrefix", destinationPrefix, {
        expected:
          "apart from 'prefix' where source and target are one cluster, as the mirror would copy its own copies",
        shown: shown.destination,
      });
    }
    if (startsWith(whole.checkpoint, whole.from)) {
      throw new InvalidOptionError("checkpoint", checkpoint, {
        expected:
          "no key of the source's range where source and target are one cluster, as the mirror would copy it at each write",
        shown: shown.checkpoint,
      });
    }
  });
}

function ownPrefix(option: string, given: string | Uint8Array): Uint8Array {
  return own(toBytes(option, given));
}

function checkHeartbeat(
  given: MirrorSettings["heartbeat"],
): MirrorSettings["heartbeat"] {
  if (given === undefined || given === false) return given;
  checkObject("heartbeat", given);
  const { intervalMs, timeoutMs } = given;
  return {
    intervalMs: checkMs("heartbeat.intervalMs", intervalMs),
    timeoutMs: checkMs("heartbeat.timeoutMs", timeoutMs),
  };
}

function checkTxnOps(most: number): number {
  if (most >= 2) return most;
  throw new InvalidOptionError("maxTxnOps", most, {
    expected: "at least 2: a copy, and the checkpoint",
  });
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  return Uint8Array.of(...one, ...other);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}
