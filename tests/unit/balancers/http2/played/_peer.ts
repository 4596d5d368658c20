/** A peer that answers as it is drawn, mostly as it should. */
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import type { ClientSide } from "./_client_side.ts";
import { latin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import type { Pair } from "../hpack/_story.ts";
import type { ModelAnswer } from "./_model_answer.ts";
import { PeerEncoder } from "../hpack/_peer_encoder.ts";
import type { Draws } from "../support/_pieces.ts";
import { framed } from "./_call.ts";
import { raw, type RawFrame } from "../support/_raw_frame.ts";
import * as say from "./_said.ts";

const { END_STREAM, PADDED } = http2;
const OK: Pair = [":status", "200"];
const GRPC: Pair = ["content-type", "application/grpc"];

/** What it has said on one stream, and what is still to be cut into DATA. */
interface Line {
  phase: "new" | "begun" | "over";
  rest: string;
}

/** The other end of a connection. */
export class PlayedPeer {
  readonly #draws: Draws;
  readonly #side: ClientSide;
  readonly #encoder: PeerEncoder;
  readonly #lines = new Map<number, Line>();

  constructor(draws: Draws, side: ClientSide) {
    this.#draws = draws;
    this.#side = side;
    this.#encoder = new PeerEncoder(http2.DEFAULT_HEADER_TABLE_SIZE, draws);
  }

  /** Says one thing. */
  say(): say.Said {
    const draws = this.#draws;
    const ids = [...this.#side.requests.keys()];
    const id = ids[ids.length - 1 - draws.mostlySmall(ids.length)];
    if (id !== undefined && !draws.oneIn(4)) {
      return draws.oneIn(15) ? this.#oddly(id) : this.#properly(id);
    }
    if (!draws.mood.calm && draws.oneIn(12)) {
      const known = { ids, side: this.#side };
      return draws.oneIn(3) ? say.wrong(draws, known) : say.goaway(draws, ids);
    }
    switch (draws.below(10)) {
      case 0:
      case 1:
        return this.settings();
      case 2:
        return say.ping(this.#side.ping(draws.below(2 ** 32)));
      case 3:
      case 4:
        return say.ignored(draws);
      default:
        return this.grant(draws.oneIn(3) ? 0 : id ?? 0, {
          bytes: 1 + draws.mostlySmall(100_000),
        });
    }
  }

  /** SETTINGS; drawn, if they are not given. */
  settings(initialWindow?: number): say.Said {
    const draws = this.#draws;
    const allowed = {
      initialWindow: initialWindow ??
        draws.of([0, 1, 100, 65_535, draws.below(200_000)]),
      maxFrameSize: draws.of([16_384, 16_384, 20_000, 16_777_215]),
      maxStreams: draws.of([100, 100, 3, draws.below(10)]),
      tableSize: draws.of([4_096, 0, draws.below(5_000), 65_536]),
    };
    this.#side.allow(allowed);
    return say.settings([
      [http2.SETTINGS_HEADER_TABLE_SIZE, allowed.tableSize],
      [http2.SETTINGS_MAX_CONCURRENT_STREAMS, allowed.maxStreams],
      [http2.SETTINGS_INITIAL_WINDOW_SIZE, allowed.initialWindow],
      [http2.SETTINGS_MAX_FRAME_SIZE, allowed.maxFrameSize],
    ]);
  }

  /** WINDOW_UPDATE, of one stream or, 0, of all. */
  grant(id: number, { bytes }: { readonly bytes: number }): say.Said {
    this.#side.grow(id, bytes);
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, bytes);
    return say.said({ type: http2.WINDOW_UPDATE, streamId: id, payload });
  }

  /** Whether it has not ended this stream. */
  owes(id: number): boolean {
    return this.#line(id).phase !== "over";
  }

  /** Ends a stream, well or not. */
  finish(id: number): say.Said {
    const line = this.#line(id);
    const begun = line.phase === "begun";
    return this.#headers(id, [
      ...(begun ? [] : [OK, GRPC]),
      ["grpc-status", this.#draws.of(["0", "5", "14"])],
    ], "ends");
  }

  #line(id: number): Line {
    let line = this.#lines.get(id);
    if (line === undefined) {
      this.#lines.set(id, line = { phase: "new", rest: "" });
    }
    return line;
  }

  /** What a server of gRPC says next. */
  #properly(id: number): say.Said {
    const draws = this.#draws;
    const line = this.#line(id);
    if (line.phase === "over") return say.ignored(this.#draws);
    if (draws.oneIn(25)) return this.#reset(id);
    if (line.phase === "new") {
      if (draws.oneIn(8)) return this.finish(id);
      if (draws.oneIn(10)) return this.#headers(id, [[":status", "103"]]);
      line.phase = "begun";
      return this.#headers(id, [OK, GRPC, ["x", "y".repeat(draws.below(40))]]);
    }
    if (line.rest === "" && !draws.oneIn(3)) {
      const text = String.fromCharCode(draws.below(256));
      line.rest = framed(text.repeat(draws.mostlySmall(2_000)));
    }
    if (line.rest === "" || draws.oneIn(30)) {
      return this.#headers(id, [
        ["grpc-status", draws.of(["0", "0", "0", "9", "16"])],
        ["grpc-message", draws.of(["", "no%20way", "%"])],
      ], "ends");
    }
    return this.#data(id, draws.oneIn(3) ? draws.below(10) : 16_384);
  }

  /** What HTTP/2 allows, and gRPC does not, or not now. */
  #oddly(id: number): say.Said {
    const draws = this.#draws;
    const line = this.#line(id);
    switch (draws.below(8)) {
      case 0:
        return this.#headers(id, [
          [":status", draws.of(["404", "502", "413", "200"])],
          ...(draws.oneIn(2) ? [["content-type", "text/html"] as const] : []),
        ], draws.of(["ends", "goes on"]));
      case 1:
        return this.#headers(id, [OK, ["content-type", "application/grpc+x"]]);
      case 2:
        return this.#headers(id, [OK], "ends");
      case 3:
        return this.#headers(id, [
          ["grpc-status", draws.of(["0", "", "abc", "99", "-1", "1e1"])],
        ], "ends");
      case 4:
        line.rest += "\x01\0\0\0\0";
        return this.#data(id, 100);
      case 5:
        return this.#data(id, 20, "ends");
      case 6:
        return this.#headers(id, say.oddFields(draws));
      default:
        return this.#reset(id);
    }
  }

  #data(
    id: number,
    most: number,
    ends: "ends" | "goes on" = "goes on",
  ): say.Said {
    const draws = this.#draws;
    const line = this.#line(id);
    const text = line.rest.slice(0, most);
    line.rest = line.rest.slice(text.length);
    const padding = draws.oneIn(5) ? draws.below(200) : undefined;
    return this.#ofStream(
      id,
      {
        type: http2.DATA,
        flags: (padding === undefined ? 0 : PADDED) |
          (ends === "ends" ? END_STREAM : 0),
        payload: padding === undefined ? latin1(text) : joined(
          Uint8Array.of(padding),
          latin1(text),
          new Uint8Array(padding),
        ),
      },
      (answer) => answer.onData(text, ends),
      ends,
    );
  }

  #headers(
    id: number,
    fields: readonly Pair[],
    ends: "ends" | "goes on" = "goes on",
  ): say.Said {
    const draws = this.#draws;
    const block = this.#encoder.encode(fields);
    if (ends === "ends") this.#over(id);
    return {
      bytes: say.headers(draws, {
        streamId: id,
        flags: ends === "ends" ? END_STREAM : 0,
        payload: block,
      }),
      effect: {
        kind: "stream",
        id,
        apply: (answer) => answer.onHeaders(fields, ends),
      },
    };
  }

  #reset(id: number): say.Said {
    const errorCode = this.#draws.below(15);
    const payload = Uint8Array.of(0, 0, 0, errorCode);
    this.#side.dropped.add(id);
    return this.#ofStream(
      id,
      { type: http2.RST_STREAM, payload },
      (answer) => answer.onReset(errorCode),
      "ends",
    );
  }

  #ofStream(
    id: number,
    frame: RawFrame,
    apply: (answer: ModelAnswer) => void,
    ends: "ends" | "goes on",
  ): say.Said {
    if (ends === "ends") this.#over(id);
    return {
      bytes: raw({ ...frame, streamId: id }),
      effect: { kind: "stream", id, apply },
    };
  }

  #over(id: number): void {
    this.#line(id).phase = "over";
    this.#side.ended.add(id);
  }
}
