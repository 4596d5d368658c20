/** A lint rule for where the package gets time and randomness from. */
import { ownPath } from "./_paths.ts";

// Not testing/, which is published too: its servers and faults take real time.
const PACKAGE = /^(api|balancers|errors|gateway|proto|recipes)\//;
/** The only file that asks the runtime. */
const CLOCK = "balancers/transport/_clock.ts";
const TIMERS: ReadonlySet<string> = new Set(["setTimeout", "setInterval"]);
const MEMBERS: ReadonlySet<string> = new Set([
  "AbortSignal.timeout",
  "Math.random",
  "performance.now",
]);

/**
 * Timers, durations and random numbers come from a clock that is passed in, so
 * that a test can set it. `Date` is left: it tells people what time it is.
 */
export function givenClock(
  context: Deno.lint.RuleContext,
): Deno.lint.LintVisitor {
  const path = ownPath(context.filename);
  if (path === undefined || !PACKAGE.test(path) || path === CLOCK) return {};
  const report = (node: Deno.lint.Node, name: string) =>
    context.report({
      node,
      message: `Use a clock that is passed in, not '${name}'`,
    });
  return {
    CallExpression(node) {
      const { callee } = node;
      if (callee.type !== "Identifier" || !TIMERS.has(callee.name)) return;
      report(node, callee.name);
    },
    MemberExpression(node) {
      const { object, property } = node;
      if (object.type !== "Identifier" || property.type !== "Identifier") {
        return;
      }
      const name = `${object.name}.${property.name}`;
      if (MEMBERS.has(name)) report(node, name);
    },
  };
}
