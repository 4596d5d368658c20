// Blocks of other implementations, and ours, through the decoder; their fields
// through the encoder and back.
// ETCDENO_HTTP2_VECTORS=FOLDER deno task test FILE
import { assert, assertEquals } from "@std/assert";
import { HpackEncoder } from "../../../../../balancers/http2/hpack/_encoder.ts";
import { BlockReader } from "./_blocks.ts";
import { HPACK_STORIES } from "./_story.ts";

Deno.test("HpackDecoder reads the blocks of the vectors", () => {
  for (const { description, cases } of HPACK_STORIES) {
    const maxTableSize = cases[0]?.tableSize ?? 4_096;
    const reader = new BlockReader({ maxTableSize, maxListSize: 1_000_000 });
    for (const [number, { tableSize, wire, fields }] of cases.entries()) {
      if (tableSize !== undefined) reader.decoder.setMaxTableSize(tableSize);
      assertEquals(
        reader.fields(wire),
        fields,
        `${description}, block ${number}`,
      );
    }
  }
});

Deno.test("HpackEncoder writes the fields of the vectors", () => {
  for (const { description, cases } of HPACK_STORIES) {
    const encoder = new HpackEncoder();
    const reader = new BlockReader({ maxListSize: 1_000_000 });
    let first = 0;
    let again = 0;
    for (const [number, { tableSize, fields }] of cases.entries()) {
      const note = `${description}, block ${number}`;
      if (tableSize !== undefined) encoder.setMaxTableSize(tableSize);
      const template = encoder.template(
        fields.map(([name, value]) => ({ name, value })),
      );
      for (const time of ["first", "second", "third"]) {
        encoder.begin(template);
        const block = encoder.bytes.slice(0, encoder.length);
        assertEquals(reader.fields(block), fields, `${note}, ${time} time`);
        if (time === "first") first += block.length;
        else again += block.length;
      }
    }
    assert(again <= 2 * first, description);
  }
});
