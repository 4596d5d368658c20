/** HPACK vectors: blocks of one context, and the fields in them. */
import { vectorFiles } from "../support/_vector_folder.ts";

/** A name and a value. */
export type Pair = readonly [string, string];

/** One block. */
export interface HpackCase {
  /** A SETTINGS_HEADER_TABLE_SIZE that was agreed on before it. */
  readonly tableSize: number | undefined;
  /** Hexadecimal digits. */
  readonly wire: string;
  readonly fields: readonly Pair[];
}

/** Blocks that share a table. */
export interface HpackStory {
  readonly description: string;
  readonly cases: readonly HpackCase[];
}

/** The form of hpack-test-case. */
interface StoryFile {
  readonly cases: readonly {
    readonly "header_table_size"?: number;
    readonly wire: string;
    readonly headers: readonly Readonly<Record<string, string>>[];
  }[];
}

const STATUS_OK: Pair = [":status", "200"];
const GRPC: Pair = ["content-type", "application/grpc"];

/** Made by hand from RFC 7541: what a gRPC server may answer. */
const OUR_STORIES: readonly HpackStory[] = [
  {
    description: "a call, another one, and one that fails",
    cases: [
      {
        tableSize: undefined,
        wire: "88 5f10 6170706c69636174696f6e2f67727063",
        fields: [STATUS_OK, GRPC],
      },
      {
        tableSize: undefined,
        wire: "40 0b 677270632d737461747573 01 30",
        fields: [["grpc-status", "0"]],
      },
      { tableSize: undefined, wire: "88 bf", fields: [STATUS_OK, GRPC] },
      {
        tableSize: undefined,
        wire: "88 bf 7e 01 35 00 0c 677270632d6d657373616765 02 6e6f",
        fields: [
          STATUS_OK,
          GRPC,
          ["grpc-status", "5"],
          ["grpc-message", "no"],
        ],
      },
    ],
  },
  {
    description: "a table that is made empty, smaller, and large again",
    cases: [
      {
        tableSize: undefined,
        wire: "48 03 343133 5f 09 746578742f68746d6c",
        fields: [[":status", "413"], ["content-type", "text/html"]],
      },
      {
        tableSize: undefined,
        wire: "20 3f11 88 5f 00 be",
        fields: [STATUS_OK, ["content-type", ""], ["content-type", ""]],
      },
      { tableSize: 0, wire: "20 88", fields: [STATUS_OK] },
      {
        tableSize: 100,
        wire: "3f45 48 03 343034 be",
        fields: [[":status", "404"], [":status", "404"]],
      },
      {
        tableSize: 8_192,
        wire: "88 be",
        fields: [STATUS_OK, [":status", "404"]],
      },
      {
        tableSize: undefined,
        wire: "3fe13f be 40 01 61 01 62 bf be",
        fields: [[":status", "404"], ["a", "b"], [":status", "404"], [
          "a",
          "b",
        ]],
      },
    ],
  },
];

/** Ours, and those of the folder that the environment names. */
export const HPACK_STORIES: readonly HpackStory[] = [
  ...OUR_STORIES,
  ...vectorFiles("hpack").map(({ path, json }) => ({
    description: path,
    cases: (json as StoryFile).cases.map((one) => ({
      tableSize: one.header_table_size,
      wire: one.wire,
      fields: one.headers.flatMap((field) => Object.entries(field)),
    })),
  })),
];
