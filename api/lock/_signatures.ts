import { CALL_OPTIONS, Signature, WAIT_OPTIONS } from "../checks/mod.ts";

type Methods = "unlock" | "proclaim" | "resign";

/** The methods of locks and leaderships, with their options. */
export const SIGNATURES: Readonly<Record<Methods, Signature>> = {
  unlock: new Signature("Lock.unlock", WAIT_OPTIONS),
  proclaim: new Signature("Leadership.proclaim", CALL_OPTIONS),
  resign: new Signature("Leadership.resign", WAIT_OPTIONS),
};
