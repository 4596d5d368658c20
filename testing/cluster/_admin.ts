import type { CodedError } from "../errors/mod.ts";
import type { Access } from "./_access.ts";
import { type HttpAnswer, httpAsk } from "./_http.ts";

const NOBODY = "etcdserver: user name is empty";

/** A member that works answers in milliseconds. */
const TIMEOUT_MS = 2_000;
const METRICS_TIMEOUT_MS = 5_000;

/** A member, and the leader it follows. */
export interface MemberStatus {
  readonly memberId: bigint;
  /** 0 when it knows of no leader. */
  readonly leaderId: bigint;
}

/** A member answered that it will not. */
class RefusedError extends Error {
  readonly code = "EREFUSED";
}

/** Whether an error is what a failed call ends with. */
export function isCallError(error: unknown): error is CodedError {
  return error instanceof Error && "code" in error;
}

/**
 * Questions to one member, past the fault proxy: by etcd's own JSON over
 * HTTP, so that the client under test is not what judges it.
 */
export class Admin {
  readonly #endpoint: string;
  readonly #access: Access;

  constructor(endpoint: string, access: Access) {
    this.#endpoint = endpoint;
    this.#access = access;
  }

  /** The id of the member, and of whom it follows. */
  async status(): Promise<MemberStatus> {
    const { header, leader = "0" } = await this.#call<StatusReply>(
      "maintenance/status",
    );
    return { memberId: BigInt(header["member_id"]), leaderId: BigInt(leader) };
  }

  /** Asks it, the leader, to hand over to another member. */
  async moveLeader(to: bigint): Promise<void> {
    const body = { targetID: String(to) };
    await this.#call("maintenance/transfer-leadership", body);
  }

  /** Whether it answers a linearizable read. */
  async serves(): Promise<boolean> {
    const health = await this.#page("health");
    if (!/"health":\s*"true"/.test(health ?? "")) return false;
    try {
      await this.#post("kv/range", { key: btoa("\x01") });
      return true;
    } catch (error) {
      if (!isCallError(error)) throw error;
      // With auth on, it asks who we are when it has read what we asked for.
      return error.message === NOBODY;
    }
  }

  /** Whether it answers at all, though it may not serve. */
  async answers(): Promise<boolean> {
    return (await this.#page("version")) !== undefined;
  }

  /** The member's own metrics, in Prometheus' text form. */
  async metrics(): Promise<string> {
    const url = `${this.#endpoint}/metrics`;
    const { tls } = this.#access;
    const answer = await httpAsk(url, { timeoutMs: METRICS_TIMEOUT_MS, tls });
    if (answer.status === 200) return answer.body;
    throw new Error(`Cannot get ${url}: the status is ${answer.status}`);
  }

  /** Makes the root user, and has the cluster ask everybody who they are. */
  async enableAuth(): Promise<void> {
    const { username, password } = this.#access.root;
    await this.#post("auth/user/add", { name: username, password });
    await this.#post("auth/role/add", { name: username });
    await this.#post("auth/user/grant", { user: username, role: username });
    await this.#post("auth/enable", {});
  }

  /** A call as nobody; where newer servers want a user, as the one there is. */
  async #call<Reply>(path: string, body: object = {}): Promise<Reply> {
    try {
      return await this.#post(path, body);
    } catch (error) {
      if (!isCallError(error) || error.message !== NOBODY) throw error;
    }
    const { username: name, password } = this.#access.root;
    const { token } = await this.#post<{ readonly token: string }>(
      "auth/authenticate",
      { name, password },
    );
    return await this.#post(path, body, { authorization: token });
  }

  async #post<Reply>(
    path: string,
    json: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const url = `${this.#endpoint}/v3/${path}`;
    const { tls } = this.#access;
    const asked = { timeoutMs: TIMEOUT_MS, tls, json, headers };
    const answer = await httpAsk(url, asked);
    if (answer.status === 200) return JSON.parse(answer.body);
    throw new RefusedError(messageIn(answer));
  }

  /** A page, if there is one. */
  async #page(name: string): Promise<string | undefined> {
    const url = `${this.#endpoint}/${name}`;
    const { tls } = this.#access;
    try {
      return (await httpAsk(url, { timeoutMs: TIMEOUT_MS, tls })).body;
    } catch (error) {
      if (isCallError(error)) return undefined;
      throw error;
    }
  }
}

interface StatusReply {
  readonly header: Readonly<Record<"member_id", string>>;
  /** Left out when it knows of none. */
  readonly leader?: string;
}

/** The message of a call that has failed; newer members leave `error` out. */
function messageIn({ status, body }: HttpAnswer): string {
  try {
    const { message, error } = JSON.parse(body);
    return String(message ?? error);
  } catch {
    return `the status is ${status}: ${body}`;
  }
}
