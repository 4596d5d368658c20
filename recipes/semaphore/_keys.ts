import { encodeBytes, keyBytes, keyId } from "../../api/values/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  compare,
  type Comparison,
  type Key,
  type KeyRange,
  type KeyValue,
  prefix,
  range,
} from "../../mod.ts";
import type { Terms } from "../line/mod.ts";

const PERMITS = "/permits/";

/** The keys of a semaphore, which has a limit. */
export class SemaphoreKeys {
  readonly limit: number;
  /** The name, as errors show it. */
  readonly shown: string;
  /** The keys that hold a permit, or wait for one, with this limit. */
  readonly permits: KeyRange;
  /** The same with any limit. */
  readonly all: KeyRange;
  /** The start of the keys that writes are told apart by. */
  readonly lanes: Uint8Array;
  /** True if nobody uses the name with another limit. */
  readonly sameLimit: readonly Comparison[];
  readonly #start: Uint8Array;
  readonly #allStart: Uint8Array;

  constructor(name: Key, limit: number) {
    const bytes = checkName(name);
    this.limit = limit;
    this.shown = JSON.stringify(new TextDecoder().decode(bytes));
    this.lanes = joined(bytes, "/writes/");
    this.#allStart = joined(bytes, PERMITS);
    this.#start = joined(this.#allStart, `${limit}/`);
    this.all = prefix(this.#allStart);
    this.permits = prefix(this.#start);
    this.sameLimit = [
      range(this.all.start, this.permits.start),
      range(this.permits.end, this.all.end),
    ].map((others) => compare.createRevision(others, "=", 0n));
  }

  /** A key that nobody has used, or will use. */
  newPermit(): Uint8Array {
    return joined(this.#start, crypto.randomUUID());
  }

  /** The limit in the key of a permit, as text. */
  limitOf(key: Uint8Array): string {
    const rest = new TextDecoder().decode(key.subarray(this.#allStart.length));
    return rest.split("/")[0] ?? "";
  }
}

/** As many places as the limit is are held; whoever has another limit stays out. */
export function semaphoreTerms(keys: SemaphoreKeys): Terms {
  const { permits: ahead, limit: slots, sameLimit, all: range } = keys;
  const newKey = () => keys.newPermit();
  const refusal = (other: KeyValue | undefined, method: string) => {
    const theirs = other === undefined ? "another" : keys.limitOf(other.key);
    return new InvalidOptionError("limit", slots, {
      expected:
        `${theirs}, as others have it that hold permits of ${keys.shown}`,
      method,
    });
  };
  return { newKey, ahead, slots, admission: { if: sameLimit, range, refusal } };
}

/** A name whose keys are in no range of another one's. */
function checkName(name: Key): Uint8Array {
  const bytes = keyBytes("name", name);
  if (!`${keyId(bytes)}/`.includes(PERMITS)) return bytes;
  throw new InvalidOptionError("name", name, {
    expected: `without the part "${PERMITS}", which its own keys have`,
  });
}

function joined(start: Uint8Array, end: string): Uint8Array {
  return Uint8Array.of(...start, ...encodeBytes(end));
}
