import { whyNoKine } from "../harness/mod.ts";
import { KINE_CHECKS } from "./_kine.ts";
import { checkColumn } from "./_suite.ts";
import { KINE } from "./columns.ts";

const missing = await whyNoKine();
checkColumn(KINE, { missing });

for (const { title, run } of missing === undefined ? KINE_CHECKS : []) {
  Deno.test(`kine | ${title}`, async () => {
    await using front = await KINE.start([]);
    const [endpoint = ""] = front.endpoints;
    await run({
      endpoint,
      async cut() {
        await front.program?.kill();
        await front.program?.restart();
      },
    });
  });
}
