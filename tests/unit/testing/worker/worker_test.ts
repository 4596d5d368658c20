import { assertEquals, assertRejects } from "@std/assert";
import { ECHO_WORKER, type EchoRequest } from "./_echo_worker.ts";
import { WorkerHost } from "../../../../testing/worker/mod.ts";
import { run } from "../../support/_program.ts";

function startWorker(events: string[] = []): WorkerHost<EchoRequest, string> {
  return new WorkerHost<EchoRequest, string>({
    program: ECHO_WORKER,
    close: "close",
    onEvent: (event) => events.push(event),
  });
}

Deno.test("WorkerHost answers requests and tells events before the answer", async () => {
  const events: string[] = [];
  await using worker = startWorker(events);
  assertEquals(await worker.ask("echo"), "echo");
  assertEquals(events, ["saw echo"]);
});

Deno.test("WorkerHost rejects what the worker could not do, and goes on", async () => {
  await using worker = startWorker();
  await assertRejects(() => worker.ask("fail"), Error, "told to fail");
  assertEquals(await worker.ask("echo"), "echo");
});

Deno.test("WorkerHost rejects everything once the worker has crashed", async () => {
  const worker = startWorker();
  const message = "Cannot go on in a worker: told to crash";
  const hanging = assertRejects(() => worker.ask("hang"), Error, message);
  await assertRejects(() => worker.ask("crash"), Error, message);
  await hanging;
  await assertRejects(() => worker.ask("echo"), Error, message);
  await assertRejects(() => worker.close(), Error, message);
});

Deno.test("WorkerHost answers nothing after close(), which may be repeated", async () => {
  const worker = startWorker();
  await Promise.all([worker.close(), worker.close()]);
  await assertRejects(() => worker.ask("echo"), Error, "is closed");
});

Deno.test("WorkerHost keeps no program alive that asks for nothing more", async () => {
  const place = new URL("../../../../", import.meta.url);
  const { code, output, errors } = await run(
    `
    import { WorkerHost } from "${new URL("testing/worker/mod.ts", place)}";
    import { ECHO_WORKER } from "${new URL(
      "./_echo_worker.ts",
      import.meta.url,
    )}";
    const worker = new WorkerHost({ program: ECHO_WORKER, close: "close" });
    console.log(await worker.ask("echo"));
  `,
    { permissions: ["--allow-read"] },
  );
  assertEquals([code, output], [0, "echo\n"], errors);
});
