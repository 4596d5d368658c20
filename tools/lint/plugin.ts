/**
 * Lint rules that keep the layers apart and the house style in place.
 *
 * The direction of imports is the architecture: a strategy that cannot see
 * gRPC cannot be changed by a new release of it. Each rule has a failing and a
 * passing fixture in `tests/unit/tools/lint/`.
 *
 * @module
 */
import { anyRuntime } from "./_any_runtime.ts";
import { docstringSubject } from "./_docstrings.ts";
import { errorMessage } from "./_error_messages.ts";
import { maxFunctionLines } from "./_functions.ts";
import { givenClock } from "./_given_clock.ts";
import { direction, noCircle, packages } from "./_imports.ts";
import { maxPositionals } from "./_parameters.ts";
import {
  fileName,
  hashPrivate,
  maxLines,
  noEnum,
  noEventEmitter,
  noExportStar,
} from "./_style.ts";

const plugin: Deno.lint.Plugin = {
  name: "etcdeno",
  rules: {
    "direction": { create: direction },
    "no-circle": { create: noCircle },
    "packages": { create: packages },
    "any-runtime": { create: anyRuntime },
    "given-clock": { create: givenClock },
    "max-function-lines": { create: maxFunctionLines },
    "max-positionals": { create: maxPositionals },
    "max-lines": { create: maxLines },
    "file-name": { create: fileName },
    "no-export-star": { create: noExportStar },
    "no-enum": { create: noEnum },
    "hash-private": { create: hashPrivate },
    "no-event-emitter": { create: noEventEmitter },
    "error-message": { create: errorMessage },
    "docstring-subject": { create: docstringSubject },
  },
};
export default plugin;
