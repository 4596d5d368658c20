import { assert, assertEquals, assertThrows } from "@std/assert";
import { Bytes } from "../../../../mod.ts";
import { CodecError, InvalidOptionError } from "../../../../errors/mod.ts";
import {
  bytes,
  checkCodec,
  type Codec,
  decodeWith,
  encodeWith,
  json,
  text,
} from "../../../../recipes/codec/mod.ts";

const utf8 = new TextEncoder();

function kept(value: string | number[]) {
  const held = typeof value === "string" ? utf8.encode(value) : value;
  return {
    key: new Bytes(utf8.encode("cfg/a").buffer),
    value: new Bytes(new Uint8Array(held).buffer),
    modRevision: 7n,
  };
}

Deno.test("json() gives back what was written", () => {
  const value = { port: 80, names: ["ä", "\u0000"] };
  const written = encodeWith(json<typeof value>(), "cfg/a", value);
  assertEquals(
    decodeWith(json(), kept(new TextDecoder().decode(written))),
    value,
  );
});

Deno.test("json() refuses what JSON leaves out", () => {
  const error = assertThrows(
    () => encodeWith(json(), "cfg/a", undefined),
    CodecError,
  );
  assertEquals(
    error.message,
    'Cannot encode the value of "cfg/a": JSON has no undefined',
  );
  assert(!error.maybeCommitted);
});

Deno.test("json() lets the check decide", () => {
  const port = json((value) => {
    if (typeof value === "number") return value;
    throw new TypeError("not a port");
  });
  assertEquals(decodeWith(port, kept("80")), 80);
  const error = assertThrows(() => decodeWith(port, kept("{}")), CodecError);
  assertEquals(
    error.message,
    'Cannot decode the value of "cfg/a" at revision 7: not a port',
  );
  assertEquals(
    [error.code, error.direction, error.key, error.revision],
    ["codec_failed", "decode", "cfg/a", 7n],
  );
  assert(error.cause instanceof TypeError);
});

Deno.test("text keeps a byte order mark and refuses what is no UTF-8", () => {
  const marked = "\uFEFFx";
  const written = encodeWith(text, "cfg/a", marked);
  assertEquals(written.length, 4);
  assertEquals(decodeWith(text, kept([...written])), marked);
  assertThrows(() => decodeWith(text, kept([0xc3])), CodecError, "cfg/a");
});

Deno.test("bytes are copied on their way in", () => {
  const given = new Uint8Array([1, 2]);
  const written = encodeWith(bytes, "cfg/a", given);
  given[0] = 9;
  assertEquals([...written], [1, 2]);
});

Deno.test("encodeWith() names the key where a codec gives neither text nor bytes", () => {
  const broken = { encode: () => 7, decode: String } as unknown as Codec<
    string
  >;
  assertThrows(
    () => encodeWith(broken, "cfg/a", "x"),
    CodecError,
    'Cannot encode the value of "cfg/a": the codec gave neither text nor bytes',
  );
});

Deno.test("checkCodec() refuses what is no codec", () => {
  assertEquals(checkCodec("codec", text), text);
  for (const wrong of [undefined, null, 7, {}, { encode() {} }, JSON]) {
    assertThrows(() => checkCodec("codec", wrong), InvalidOptionError, "codec");
  }
});
