import { assertEquals, assertThrows } from "@std/assert";
import { readFacts } from "../../soak/_process_facts.ts";

const PRINTED = `total 0
lrwx------ 1 u u 64 Nov 30 09:00 0 -> pipe:[1]
lrwx------ 1 u u 64 Nov 30 09:00 3 -> anon_inode:[eventpoll]
lrwx------ 1 u u 64 Nov 30 09:00 4 -> socket:[22]
lrwx------ 1 u u 64 Nov 30 09:00 5 -> socket:[23]
VmRSS:	   96448 kB
77 (de no) (x) S 1 77 1 0 -1 4194560 9 0 0 0 150 25 0 0 20 0 9 0 1 2 3
`;

Deno.test("readFacts() reads sockets, memory and time of what Linux says", () => {
  assertEquals(readFacts(PRINTED), {
    sockets: 2,
    rssBytes: 96_448 * 1024,
    cpuSeconds: 1.75,
  });
});

Deno.test("readFacts() refuses a process that has gone", () => {
  assertThrows(() => readFacts(""), Error, "its process is not there");
});
