import { defineConfig } from "vitest/config";

export default defineConfig({
  // A cluster is there in a second or two; a failover takes as long.
  test: { testTimeout: 30_000, hookTimeout: 60_000 },
});
