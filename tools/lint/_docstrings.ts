/** The lint rule for the first word of docstrings. */
import { ownPath } from "./_paths.ts";

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;

/** Words that stand in place of a subject, or ask for one. */
const VAGUE = /^\*[\s*]*(How|It|Its|They|Those|What|Where|Who)\b/;
/** Tests, which tell stories, and generated code. */
const EXEMPT: readonly string[] = ["tests/", "proto/gen/"];
/** A docstring names its subject: it is read where nothing else tells it. */
export function docstringSubject(context: Context): Visitor {
  const path = ownPath(context.filename) ?? "";
  if (EXEMPT.some((place) => path.startsWith(place))) return {};
  return {
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (comment.type !== "Block") continue;
        const word = VAGUE.exec(comment.value)?.[1];
        if (word === undefined) continue;
        context.report({
          range: comment.range,
          message: `Name the subject: a docstring does not open with '${word}'`,
        });
      }
    },
  };
}
