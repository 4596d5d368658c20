/** A lint rule for what only one of the runtimes has. */
import { ownPath } from "./_paths.ts";

const LIBRARY = /^(mod\.ts$|(api|balancers|errors|proto|recipes|testing)\/)/;
/** The only file that asks Deno, where Deno is. */
const ASKS_DENO = "balancers/transport/_deno.ts";
/** Beside the library: it is run from JSR, or as the package has it, compiled. */
const COMPILED = "testing/doctor/";

/**
 * The library runs on Deno, Node and Bun as it stands: it names no runtime, and
 * declares nothing with `using`, which Node 22 cannot read.
 */
export function anyRuntime(
  context: Deno.lint.RuleContext,
): Deno.lint.LintVisitor {
  const path = ownPath(context.filename);
  if (path === undefined || !LIBRARY.test(path)) return {};
  return {
    Identifier(node) {
      if (node.name !== "Deno" || path === ASKS_DENO) return;
      context.report({
        node,
        message: "Use `node:` modules or the web platform, not 'Deno'",
      });
    },
    VariableDeclaration(node) {
      if (!node.kind.endsWith("using") || path.startsWith(COMPILED)) return;
      context.report({
        node,
        message: "Use `finally`: Node 22 cannot read 'using'",
      });
    },
  };
}
