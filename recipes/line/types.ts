import type {
  Comparison,
  KeyRange,
  KeyValue,
  Operation,
  Txn,
} from "../../mod.ts";

/** The terms of a place in a line: its key, and when it is held. */
export interface Terms {
  /** Makes a key that nobody has used, or will use. */
  readonly newKey: () => Uint8Array;
  /** The keys that are before it if they are older. */
  readonly ahead: KeyRange;
  /** The place is held as long as fewer than so many are before it. */
  readonly slots: number;
  /** The condition to enter. @default {none} */
  readonly admission?: Admission | undefined;
  /**
   * Gives the place up, and harms nobody if it is done again at any time.
   *
   * @default {deletes the key}
   */
  readonly departure?: ((place: StandingPlace) => AnyTxn) | undefined;
}

/** A place as it stands in etcd. */
export interface StandingPlace {
  readonly key: Uint8Array;
  /** True as long as the key exists. */
  readonly guard: Comparison;
}

type AnyTxn = Txn<readonly Operation[], readonly Operation[]>;

/** A condition for a place to be taken. */
export interface Admission {
  readonly if: readonly Comparison[];
  /** Read if it is not so: the first key of it. */
  readonly range: KeyRange;
  /** The error for whoever is not let in. */
  refusal(first: KeyValue | undefined, method: string): Error;
}

/** The words of a line, for errors. */
export interface LineTexts {
  /** The thing that is held, such as "the permit". */
  readonly thing: string;
  /** Completes "Cannot …" for whoever waits. */
  readonly action: string;
  /** The same for whoever comes when it is closed, with the state. */
  readonly closed: string;
}
