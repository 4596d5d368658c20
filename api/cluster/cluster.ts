import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type {
  Member as WireMember,
  ResponseHeader as WireHeader,
} from "../../proto/gen/messages.ts";
import { fromBigInt, type Int64, toUnsignedBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import {
  CALL_OPTIONS,
  checkId,
  checkText,
  FLAG,
  Signature,
} from "../checks/mod.ts";
import type {
  AddMemberOptions,
  ClusterMember,
  ClusterMembership,
  MembersOptions,
  MembersResult,
} from "./types.ts";
import { jsonable, toHeader } from "../values/mod.ts";
import { listMembers } from "../endpoints/mod.ts";

const MEMBERS = new Signature("cluster.members", {
  ...CALL_OPTIONS,
  linearizable: FLAG,
});
const ADD = new Signature("cluster.add", { ...CALL_OPTIONS, asLearner: FLAG });
const REMOVE = new Signature("cluster.remove", CALL_OPTIONS);
const UPDATE = new Signature("cluster.update", CALL_OPTIONS);
const PROMOTE = new Signature("cluster.promote", CALL_OPTIONS);

/** {@linkcode ClusterMembership} over a caller. */
export class ClusterFacet implements ClusterMembership {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async members(
    options: MembersOptions & CallOptions = {},
  ): Promise<MembersResult> {
    MEMBERS.check(options);
    return toResult(
      await listMembers(this.#caller, {
        action: "list the members",
        linearizable: options.linearizable,
        options,
      }),
    );
  }

  async add(
    peerUrls: string | readonly string[],
    options: AddMemberOptions & CallOptions = {},
  ): Promise<MembersResult & { readonly member: ClusterMember }> {
    const request = ADD.take(options, () => ({
      peerURLs: checkUrls(peerUrls),
      isLearner: options.asLearner ?? false,
    }));
    const wire = await this.#caller.unary(
      { method: methods.cluster.memberAdd, action: "add the member" },
      request,
      options,
    );
    return { ...toResult(wire), member: toMember(wire.member) };
  }

  async remove(id: bigint, options?: CallOptions): Promise<MembersResult> {
    const request = REMOVE.take(options, () => memberId(id));
    return toResult(
      await this.#caller.unary(
        { method: methods.cluster.memberRemove, action: "remove the member" },
        request,
        options,
      ),
    );
  }

  async update(
    id: bigint,
    peerUrls: string | readonly string[],
    options?: CallOptions,
  ): Promise<MembersResult> {
    const request = UPDATE.take(options, () => ({
      ...memberId(id),
      peerURLs: checkUrls(peerUrls),
    }));
    return toResult(
      await this.#caller.unary(
        { method: methods.cluster.memberUpdate, action: "update the member" },
        request,
        options,
      ),
    );
  }

  async promote(id: bigint, options?: CallOptions): Promise<MembersResult> {
    const request = PROMOTE.take(options, () => memberId(id));
    return toResult(
      await this.#caller.unary(
        { method: methods.cluster.memberPromote, action: "promote the member" },
        request,
        options,
      ),
    );
  }
}

function memberId(id: bigint): { readonly ID: Int64 } {
  return { ID: fromBigInt(checkId("id", id)) };
}

function toResult({ header, members }: {
  readonly header?: WireHeader | null | undefined;
  readonly members: readonly WireMember[];
}): MembersResult {
  return { header: toHeader(header), members: members.map(toMember) };
}

function toMember(wire: WireMember | null | undefined): ClusterMember {
  return jsonable({
    id: wire ? toUnsignedBigInt(wire.ID) : 0n,
    name: wire?.name ?? "",
    peerUrls: wire?.peerURLs ?? [],
    clientUrls: wire?.clientURLs ?? [],
    isLearner: wire?.isLearner ?? false,
  });
}

function checkUrls(value: string | readonly string[]): readonly string[] {
  const urls = typeof value === "string" ? [value] : value;
  if (
    Array.isArray(urls) && urls.length > 0 &&
    urls.every((url) => typeof url === "string" && url !== "")
  ) {
    return urls.map((url) => checkText("peerUrls", url));
  }
  throw new InvalidOptionError("peerUrls", value, {
    expected: "a URL or a list of at least one",
  });
}
