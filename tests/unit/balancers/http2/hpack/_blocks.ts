/** Header blocks, read and written. */
import {
  HpackDecoder,
  type HpackDecoderOptions,
} from "../../../../../balancers/http2/hpack/_decoder.ts";
import { hex } from "../support/_hex.ts";
import type { Pair } from "./_story.ts";

/** What a block holds. */
export interface Block {
  readonly fields: readonly Pair[];
  /** The size of the list; `undefined`: it was too large. */
  readonly listSize: number | undefined;
}

/** A decoder that is given whole blocks. */
export class BlockReader {
  readonly decoder: HpackDecoder;

  constructor(options?: HpackDecoderOptions) {
    this.decoder = new HpackDecoder(options);
  }

  /** Of hexadecimal digits, or bytes. */
  read(block: string | Uint8Array): Block {
    const bytes = typeof block === "string" ? hex(block) : block;
    const fields: Pair[] = [];
    // It must read no byte before, and none after.
    const among = new Uint8Array(bytes.length + 20).fill(0xff);
    among.set(bytes, 10);
    const listSize = this.decoder.decode(
      { bytes: among, start: 10, end: 10 + bytes.length },
      { onField: (name, value) => void fields.push([name, value]) },
    );
    return { fields, listSize };
  }

  /** The fields only. */
  fields(block: string | Uint8Array): readonly Pair[] {
    return this.read(block).fields;
  }
}
