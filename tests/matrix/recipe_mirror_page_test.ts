// The program of docs/recipes/mirror.md, while a member fails.
import { prefix } from "../../mod.ts";
import { waitFor } from "../harness/mod.ts";
import { startThreeMembers } from "../failover/_three_members.ts";
import { MIRROR } from "../failover/recipes/_mirror_page.ts";
import { underFaults } from "../failover/recipes/_programs.ts";

startThreeMembers();

underFaults("mirror.md | a copy", MIRROR, {
  async before({ start, observer }) {
    await observer.delete(prefix("config/"));
    await observer.delete(prefix("backup/"));
    for (let at = 0; at < 5; at++) await observer.put(`config/${at}`, `${at}`);
    const program = await start();
    await program.printed(/^at \d+, 5 keys, 0 behind$/);
    return program;
  },
  async during(_, { observer }) {
    const options = { timeoutMs: 2_000 };
    const done = async () => {
      await observer.put("config/during", "1", options);
      return await observer.get("backup/copy/config/during", options);
    };
    await waitFor("a copy", () => done().catch(() => {}), {
      timeoutMs: 60_000,
    });
  },
  async after(_, { observer }) {
    await observer.delete("config/during");
    await waitFor(
      "the copy to go",
      async () => await observer.get("backup/copy/config/during") === undefined,
      {
        timeoutMs: 60_000,
      },
    );
  },
});
