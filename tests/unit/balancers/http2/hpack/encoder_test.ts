// Header blocks as the client writes them.
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type HeaderTemplate,
  HpackEncoder,
} from "../../../../../balancers/http2/hpack/_encoder.ts";
import type { Field } from "../../../../../balancers/http2/hpack/_static_table.ts";
import { digits } from "../support/_hex.ts";
import { BlockReader } from "./_blocks.ts";
import { rounds } from "../support/_pieces.ts";

function fields(pairs: Readonly<Record<string, string>>): readonly Field[] {
  return Object.entries(pairs).map(([name, value]) => ({ name, value }));
}

const CALL = fields({
  ":method": "POST",
  ":scheme": "http",
  ":path": "/etcdserverpb.KV/Range",
  ":authority": "127.0.0.1:2379",
  "te": "trailers",
});

/** A block as digits. */
function block(
  encoder: HpackEncoder,
  template: HeaderTemplate,
  extra: Readonly<Record<string, string>> = {},
): string {
  encoder.begin(template);
  for (const [name, value] of Object.entries(extra)) encoder.add(name, value);
  return digits(encoder.bytes.subarray(0, encoder.length));
}

Deno.test("HpackEncoder makes a byte of each field at its second use", () => {
  const encoder = new HpackEncoder();
  const template = encoder.template(CALL);
  const first = block(encoder, template, { "grpc-timeout": "5000m" });
  assertEquals(
    first,
    "8386" + "44162f6574636473657276657270622e4b562f52616e6765" +
      "410e3132372e302e302e313a32333739" + "40027465087472" + "61696c657273" +
      "400c677270632d74696d656f7574053530" + "30306d",
  );
  assertEquals(
    block(encoder, template, { "grpc-timeout": "5000m" }),
    "8386c1c0bfbe",
  );
  // Another value: the name is in the table.
  assertEquals(
    block(encoder, template, { "grpc-timeout": "4999m" }),
    "8386c1c0bf" + "0f2f0534393939" + "6d",
  );
  const reader = new BlockReader();
  reader.read(first);
  assertEquals(reader.fields("8386c1c0bf0f2f05343939396d"), [
    ...CALL.map(({ name, value }) => [name, value] as const),
    ["grpc-timeout", "4999m"],
  ]);
});

Deno.test("HpackEncoder never has a token put into a table", () => {
  const encoder = new HpackEncoder();
  const template = encoder.template(fields({
    ":method": "POST",
    "authorization": "secret",
    "token": "secret",
  }));
  const expected = "83" + "1f0806736563726574" +
    "1005746f6b656e06736563726574";
  for (let time = 0; time < 3; time++) {
    assertEquals(block(encoder, template), expected);
  }
  assertEquals(
    block(encoder, encoder.template([]), { token: "other" }),
    "1005746f6b656e056f74686572",
  );
});

Deno.test("HpackEncoder adds what fits into the table, and evicts nothing", () => {
  const encoder = new HpackEncoder();
  const reader = new BlockReader();
  const many = Array.from({ length: 100 }, (_, at) => ({
    name: `a${at}`.padEnd(3, "-"),
    value: `${at}`.padStart(10),
  }));
  const template = encoder.template(many);
  const sizes = ["first", "second", "third"].map(() => {
    encoder.begin(template);
    const bytes = encoder.bytes.slice(0, encoder.length);
    assertEquals(
      reader.fields(bytes),
      many.map(({ name, value }) => [name, value]),
    );
    return bytes.length;
  });
  // 91 have room, at 45 bytes; from 127 on an index takes two bytes.
  const settled = 65 + 2 * 26 + 16 * 9;
  assertEquals(sizes, [1_600, settled, settled]);
});

Deno.test("HpackEncoder tells of a table size, of the smallest one as well", () => {
  const encoder = new HpackEncoder();
  const template = encoder.template(fields({ "a": "b" }));
  const settled = () => {
    block(encoder, template);
    return block(encoder, template);
  };
  assertEquals(settled(), "be");
  encoder.setMaxTableSize(100_000);
  assertEquals(block(encoder, template), "be");
  encoder.setMaxTableSize(40);
  assertEquals(block(encoder, template), "3f09be");
  assertEquals(block(encoder, template), "be");
  encoder.setMaxTableSize(0);
  assertEquals(block(encoder, template), "2000016101" + "62");
  assertEquals(block(encoder, template), "0001610162");
  encoder.setMaxTableSize(4_096);
  assertEquals(block(encoder, template), "3fe11f4001610162");
  assertEquals(settled(), "be");
  // From 4096 to 0 and back between two blocks: the table was emptied.
  encoder.setMaxTableSize(0);
  encoder.setMaxTableSize(50);
  encoder.setMaxTableSize(4_096);
  assertEquals(block(encoder, template), "203fe11f4001610162");
  assertEquals(settled(), "be");
});

Deno.test("HpackEncoder.template() refuses what HTTP/2 does not allow", () => {
  const encoder = new HpackEncoder();
  for (const name of ["", "Token", "a b", "a\r\n", ":", "a:", "ü", "::a"]) {
    assertThrows(
      () => encoder.template([{ name, value: "" }]),
      TypeError,
      "Cannot send a header",
    );
  }
  for (const value of ["a\nb", "a\rb", "\0", "\x7f", "\u0100", "a\n"]) {
    const error = assertThrows(
      () => encoder.template([{ name: "token", value }]),
      TypeError,
      "Cannot send header 'token'",
    );
    // It may be a secret.
    assert(!error.message.includes(value));
  }
  encoder.template(fields({ ":path": "", "x-1_2.3": "\t a \xff~" }));
});

Deno.test("HpackEncoder is understood whatever is sent, and however tables change", () => {
  for (const draws of rounds(300)) {
    const encoder = new HpackEncoder();
    const reader = new BlockReader();
    const value = () => "v".repeat(draws.mostlySmall(300)) + draws.below(4);
    const templates = Array.from({ length: 4 }, (_, at) =>
      encoder.template([
        { name: ":path", value: `/${at}` },
        ...Array.from({ length: draws.below(8) }, () => ({
          name: draws.of(["a", "b", "te", "token", "user-agent"]),
          value: value(),
        })),
      ]));
    for (let step = 0; step < 30; step++) {
      if (draws.oneIn(6)) {
        encoder.setMaxTableSize(draws.of([0, 40, 100, 500, 4_096, 10_000]));
      }
      const template = templates[draws.below(4)] ?? { fields: [] };
      encoder.begin(template);
      const expected = template.fields.map(({ name, value }) =>
        [name, value] as const
      );
      while (draws.oneIn(2)) {
        const name = draws.of(["grpc-timeout", "token", "a", "x"]);
        const extra = value();
        encoder.add(name, extra);
        expected.push([name, extra]);
      }
      assertEquals(
        reader.fields(encoder.bytes.slice(0, encoder.length)),
        expected,
        draws.note,
      );
    }
  }
});
