/** What the stand-in makes of functions that throw or reject. */
import * as offline from "../../offline/assert.ts";
import { Base, type Case, Derived } from "./_case.ts";

/** Throws. */
export const boom = (error: unknown) => (): never => {
  throw error;
};

/** Rejects. */
export const rejecting = (error: unknown) => (): Promise<never> =>
  Promise.reject(error);

/** With and without a class and a text. */
export const THROWING_CASES: readonly Case[] = [
  {
    about: "assertThrows()",
    passes: () => offline.assertThrows(boom(1)),
    fails: () => offline.assertThrows(() => 1),
  },
  {
    about: "assertThrows() with a class",
    passes: () => offline.assertThrows(boom(new Derived()), Base),
    fails: () => offline.assertThrows(boom(new Error()), Base),
  },
  {
    about: "assertThrows() with a text",
    passes: () => offline.assertThrows(boom(new Base("abc")), Base, "bc"),
    fails: () => offline.assertThrows(boom(new Base("abc")), Base, "x"),
  },
  {
    about: "assertThrows() with a class, given no error",
    passes: () => offline.assertThrows(boom(new Error("a")), Error),
    fails: () => offline.assertThrows(boom("a"), Error),
  },
  {
    about: "assertThrows() with a class, given no throw",
    passes: () => offline.assertThrows(boom(new Error("a")), Error),
    fails: () => offline.assertThrows(() => 1, Error),
  },
  {
    about: "assertRejects()",
    passes: () => offline.assertRejects(rejecting(1)),
    fails: () => offline.assertRejects(() => Promise.resolve(1)),
  },
  {
    about: "assertRejects() with a class",
    passes: () => offline.assertRejects(rejecting(new Derived()), Base),
    fails: () => offline.assertRejects(rejecting(new Error()), Base),
  },
  {
    about: "assertRejects() with a text",
    passes: () => offline.assertRejects(rejecting(new Base("abc")), Base, "bc"),
    fails: () => offline.assertRejects(rejecting(new Base("abc")), Base, "x"),
  },
  {
    about: "assertRejects() against a synchronous throw",
    passes: () => offline.assertRejects(rejecting(new Error())),
    fails: () => offline.assertRejects(boom(new Error())),
  },
  {
    about: "assertRejects() against something that is no promise",
    passes: () => offline.assertRejects(rejecting(new Error())),
    fails: () =>
      offline.assertRejects((() => 1) as unknown as () => Promise<never>),
  },
];
