// Where there is no kine, a fake answers as it does; deno task test:servers
// holds both to the same checks.
import { KINE_CHECKS } from "../../servers/_kine.ts";
import { FakeKine } from "./_fake_kine.ts";

for (const { title, run } of KINE_CHECKS) {
  Deno.test(`as kine answers | ${title}`, async () => {
    await using kine = await FakeKine.start();
    const { server } = kine;
    await run({
      endpoint: server.endpoint,
      async cut() {
        await Promise.resolve(server.disconnect());
      },
    });
  });
}
