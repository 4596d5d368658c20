import { assertInstanceOf } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { EtcdError } from "../../../../../errors/mod.ts";
import { Client } from "../../../../../mod.ts";
import type { RawFrame } from "../support/_raw_frame.ts";
import { RawPeer, settings } from "./_raw_peer.ts";

/** The error of a call that a peer answers so; its peer is `ENDPOINT`. */
export async function errorOfAnswer(
  answer: (streamId: number) => readonly RawFrame[],
  call: (client: Client) => Promise<unknown>,
): Promise<Pick<EtcdError, "message" | "code" | "maybeCommitted">> {
  await using server = new RawPeer();
  const endpoint = `http://${server.address}`;
  await using client = new Client({ endpoints: endpoint, transport: "http2" });
  const answering = (async () => {
    const peer = await server.accept();
    await peer.say(settings());
    const { streamId } = await peer.until(({ type }) => type === http2.HEADERS);
    await peer.say(...answer(streamId));
  })();
  const error = await call(client).catch((caught) => caught);
  await answering;
  assertInstanceOf(error, EtcdError);
  const { code, maybeCommitted } = error;
  return {
    message: error.message.replace(endpoint, "ENDPOINT"),
    code,
    maybeCommitted,
  };
}
