import type { ProxyHost } from "../proxy/mod.ts";
import type { EtcdMember } from "./_etcd_member.ts";

/** The members that are cut off the others, by the proxies before their peers. */
export class Partition {
  readonly #members: readonly EtcdMember[];
  readonly #proxies: ProxyHost;
  readonly #isolated = new Set<EtcdMember>();

  constructor(members: readonly EtcdMember[], proxies: ProxyHost) {
    this.#members = members;
    this.#proxies = proxies;
  }

  /** Whether a member is cut off. */
  has(member: EtcdMember): boolean {
    return this.#isolated.has(member);
  }

  /** Cuts a member off, both ways. */
  async cut(member: EtcdMember): Promise<void> {
    this.#isolated.add(member);
    await this.#apply();
  }

  /** Ends the isolation of a member, or of all. */
  async heal(member: EtcdMember | undefined): Promise<void> {
    if (member === undefined) this.#isolated.clear();
    else this.#isolated.delete(member);
    await this.#apply();
  }

  async #apply(): Promise<void> {
    const isolated = [...this.#isolated].map(hexId);
    await Promise.all(this.#members.map((member) =>
      this.#proxies.ask({
        op: "isolate",
        port: member.peerProxyPort,
        owner: hexId(member),
        isolated,
      })
    ));
  }
}

/** An id as etcd writes it in headers. */
function hexId({ id }: EtcdMember): string {
  return id.toString(16);
}
