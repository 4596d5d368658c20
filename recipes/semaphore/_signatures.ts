import {
  ANYTHING,
  COUNT,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";

type Methods = "semaphore" | "acquire" | "tryAcquire" | "release";

/** The methods of semaphores, with their options. */
export const SIGNATURES: Readonly<Record<Methods, Signature>> = {
  semaphore: new Signature("semaphore", {
    limit: COUNT,
    session: ANYTHING,
    ttlSeconds: COUNT,
  }),
  acquire: new Signature("Semaphore.acquire", WAIT_OPTIONS),
  tryAcquire: new Signature("Semaphore.tryAcquire", WAIT_OPTIONS),
  release: new Signature("Permit.release", WAIT_OPTIONS),
};
