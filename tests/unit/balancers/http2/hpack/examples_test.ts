// The examples of RFC 7541, appendix C.
import { assertEquals } from "@std/assert";
import { HpackDecoder } from "../../../../../balancers/http2/hpack/_decoder.ts";
import { BlockReader } from "./_blocks.ts";
import type { Pair } from "./_story.ts";

const GET: Pair = [":method", "GET"];
const HTTP: Pair = [":scheme", "http"];
const AUTHORITY: Pair = [":authority", "www.example.com"];
const REQUESTS: readonly (readonly Pair[])[] = [
  [GET, HTTP, [":path", "/"], AUTHORITY],
  [GET, HTTP, [":path", "/"], AUTHORITY, ["cache-control", "no-cache"]],
  [
    GET,
    [":scheme", "https"],
    [":path", "/index.html"],
    AUTHORITY,
    ["custom-key", "custom-value"],
  ],
];

const PRIVATE: Pair = ["cache-control", "private"];
const DATE: Pair = ["date", "Mon, 21 Oct 2013 20:13:21 GMT"];
const LOCATION: Pair = ["location", "https://www.example.com"];
const RESPONSES: readonly (readonly Pair[])[] = [
  [[":status", "302"], PRIVATE, DATE, LOCATION],
  [[":status", "307"], PRIVATE, DATE, LOCATION],
  [
    [":status", "200"],
    PRIVATE,
    ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
    LOCATION,
    ["content-encoding", "gzip"],
    [
      "set-cookie",
      "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ],
  ],
];

interface Example {
  readonly chapter: string;
  readonly maxTableSize?: number;
  readonly blocks: readonly string[];
  readonly fields: readonly (readonly Pair[])[];
}

const EXAMPLES: readonly Example[] = [
  {
    chapter: "C.2",
    blocks: [
      "400a637573746f6d2d6b65790d637573746f6d2d686561646572",
      "040c2f73616d706c652f70617468",
      "100870617373776f726406736563726574",
      "82",
    ],
    fields: [
      [["custom-key", "custom-header"]],
      [[":path", "/sample/path"]],
      [["password", "secret"]],
      [GET],
    ],
  },
  {
    chapter: "C.3",
    blocks: [
      "828684410f7777772e6578616d706c652e636f6d",
      "828684be58086e6f2d6361636865",
      "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
    ],
    fields: REQUESTS,
  },
  {
    chapter: "C.4",
    blocks: [
      "828684418cf1e3c2e5f23a6ba0ab90f4ff",
      "828684be5886a8eb10649cbf",
      "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
    ],
    fields: REQUESTS,
  },
  {
    chapter: "C.5",
    maxTableSize: 256,
    blocks: [
      "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032" +
      "303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e63" +
      "6f6d",
      "4803333037c1c0bf",
      "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c0" +
      "5a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157" +
      "454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
    ],
    fields: RESPONSES,
  },
  {
    chapter: "C.6",
    maxTableSize: 256,
    blocks: [
      "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff" +
      "6e919d29ad171863c78f0b97c8e9ae82ae43d3",
      "4883640effc1c0bf",
      "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94" +
      "e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c0" +
      "03ed4ee5b1063d5007",
    ],
    fields: RESPONSES,
  },
];

for (const { chapter, maxTableSize, blocks, fields } of EXAMPLES) {
  Deno.test(`HpackDecoder reads RFC 7541, ${chapter}`, () => {
    const reader = new BlockReader(
      maxTableSize === undefined ? {} : { maxTableSize },
    );
    assertEquals(blocks.map((block) => reader.fields(block)), fields);
  });
}

Deno.test("HpackDecoder reads the integers of RFC 7541, C.1", () => {
  // C.1.2 and C.1.3 as lengths: 1337 in a prefix of 5 bits is a table's size,
  // 42 one of 8 bits; C.1.1: 10 in a prefix of 5 bits.
  const decoder = new HpackDecoder({ maxTableSize: 1_337 });
  const told: string[] = [];
  const handler = { onField: (name: string) => void told.push(name) };
  const bytes = Uint8Array.of(0x3f, 0x9a, 0x0a, 0x2a, 0x3f, 0x0b, 0x82);
  decoder.decode({ bytes, start: 0, end: bytes.length }, handler);
  assertEquals(told, [":method"]);
});
