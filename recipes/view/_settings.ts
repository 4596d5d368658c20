import {
  ANYTHING,
  checkOptions,
  COUNT,
  FUNCTION,
  oneOf,
  type OptionKinds,
  SIGNAL,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";
import {
  type EtcdRange,
  type Key,
  keyBytes,
  keyId,
  type KeyRange,
  ownBounds,
} from "../../api/values/mod.ts";
import { guardedListener } from "../../api/waiting/mod.ts";
import type { CodecError } from "../../errors/codec_error.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { HeartbeatOptions, Keyspace } from "../../mod.ts";
import { checkCodec, type Codec, text } from "../codec/mod.ts";
import type {
  ChangesOptions,
  CodecViewOptions,
  ViewOptions,
  ViewState,
} from "./types.ts";
import type { SubscriberSettings } from "./_subscriber.ts";

/** The options as they come in, with a codec or without. */
export type GivenViewOptions<T> =
  & ViewOptions
  & Partial<Pick<CodecViewOptions<T>, "codec">>;

/** The settings of a view, all checked. */
export interface ViewSettings<T> {
  readonly ks: Keyspace;
  readonly range: EtcdRange;
  readonly codec: Codec<T>;
  readonly heartbeat: HeartbeatOptions | false | undefined;
  readonly onInvalid: ((error: CodecError) => void) | undefined;
  readonly onStateChange: (state: ViewState) => void;
  readonly signal: AbortSignal | undefined;
}

const MOST_CHANGES = 10_000;

const VIEW = new Signature("view", {
  codec: ANYTHING,
  onInvalid: FUNCTION,
  onStateChange: FUNCTION,
  heartbeat: ANYTHING,
  signal: SIGNAL,
});
const CHANGES = new Signature("changes", {
  buffer: ANYTHING,
  signal: SIGNAL,
});
const BUFFER: OptionKinds = {
  changes: COUNT,
  policy: oneOf("error", "coalesce"),
};
const KEY = new Signature("get", {});
/** The parameters of `View.waitFor`. */
export const WAIT: Signature = new Signature("waitFor", WAIT_OPTIONS);

/** Checks the arguments of `view()`. */
export function viewSettings<T>(
  ks: Keyspace,
  keyOrRange: Key | KeyRange,
  options: GivenViewOptions<T>,
): ViewSettings<T> {
  return VIEW.take(options, () => {
    const { codec, heartbeat, onInvalid, onStateChange, signal } = options;
    return {
      ks: checkKeyspace(ks),
      range: ownBounds(keyOrRange),
      codec: checkCodec<T>("codec", codec ?? text),
      heartbeat,
      onInvalid: onInvalid && guardedListener("onInvalid", onInvalid),
      onStateChange: onStateChange === undefined
        ? () => {}
        : guardedListener("onStateChange", onStateChange),
      signal,
    };
  });
}

/** Checks the options of `View.changes()`. */
export function changesSettings(
  options: ChangesOptions,
): Omit<SubscriberSettings, "onEnd"> {
  return CHANGES.take(options, () => {
    const { buffer = {}, signal } = options;
    checkOptions("buffer", buffer, BUFFER);
    const { changes = MOST_CHANGES, policy = "error" } = buffer;
    return { most: changes, policy, signal };
  });
}

/** The id of a key, which has to be in the range: the view knows no others. */
export function idWithin(range: EtcdRange, key: Key): string {
  return KEY.take(undefined, () => {
    const id = keyId(keyBytes("key", key));
    if (isWithin(range, id)) return id;
    throw new InvalidOptionError("key", key, {
      expected: "a key of the view's range",
    });
  });
}

function isWithin({ key, rangeEnd }: EtcdRange, id: string): boolean {
  const start = keyId(key);
  if (rangeEnd === undefined) return id === start;
  const end = keyId(rangeEnd);
  return id >= start && (end === "\0" || id < end);
}

function checkKeyspace(ks: unknown): Keyspace {
  const { kv, watch } = (ks ?? {}) as Partial<Keyspace>;
  if (kv && typeof watch === "function") return ks as Keyspace;
  throw new InvalidOptionError("ks", ks, {
    expected: "a client or a namespace",
    shown: `of type ${ks === null ? "null" : typeof ks}`,
  });
}
