import { History } from "./_history.ts";

/** A method, as far as it is known. */
export interface Method {
  /** The name, such as `KV.Put`. */
  readonly name: string;
  /** Whether it goes through the leader and a majority, and changes something. */
  readonly writes: boolean;
  /** The time its calls take; `undefined`: it is long by nature. */
  readonly history: History | undefined;
}

// A transaction may read only. It is taken for a write: without a quorum it
// would fail anyway, unless it is serializable throughout.
const WRITES: ReadonlySet<string> = new Set([
  "KV.Put",
  "KV.DeleteRange",
  "KV.Txn",
  "KV.Compact",
  "Lease.LeaseGrant",
  "Lease.LeaseRevoke",
  "Lock.Lock",
  "Lock.Unlock",
  "Election.Campaign",
  "Election.Proclaim",
  "Election.Resign",
  "Cluster.MemberAdd",
  "Cluster.MemberRemove",
  "Cluster.MemberUpdate",
  "Cluster.MemberPromote",
  "Auth.AuthEnable",
  "Auth.AuthDisable",
  "Auth.UserAdd",
  "Auth.UserDelete",
  "Auth.UserChangePassword",
  "Auth.UserGrantRole",
  "Auth.UserRevokeRole",
  "Auth.RoleAdd",
  "Auth.RoleDelete",
  "Auth.RoleGrantPermission",
  "Auth.RoleRevokePermission",
]);

// They wait for somebody to let go, or for the disk: that they take long says
// nothing of the member. Whatever belongs to `Maintenance` does, or may.
const LONG: ReadonlySet<string> = new Set([
  "Lock.Lock",
  "Election.Campaign",
  "KV.Compact",
]);
const LONG_SERVICE = "Maintenance.";

/** The methods that were called so far. */
export class Methods {
  readonly #floorMs: number;
  readonly #byName = new Map<string, Method>();
  #last: Method | undefined;

  /** Takes the time before which no call is late. */
  constructor(floorMs: number) {
    this.#floorMs = floorMs;
  }

  /** The method of that name. */
  of(name: string): Method {
    // Most calls are like the one before.
    if (this.#last?.name === name) return this.#last;
    return this.#last = this.#byName.get(name) ?? this.#add(name);
  }

  #add(name: string): Method {
    const long = LONG.has(name) || name.startsWith(LONG_SERVICE);
    const method: Method = {
      name,
      writes: WRITES.has(name),
      history: long ? undefined : new History(this.#floorMs),
    };
    this.#byName.set(name, method);
    return method;
  }
}
