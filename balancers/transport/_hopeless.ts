import type { ErrorCode } from "../../errors/codes.ts";
import { UnavailableError } from "../../errors/specific_errors.ts";
import type { EndpointView } from "../view.ts";

interface Pool {
  readonly views: readonly EndpointView[];
}

/** Tells the lack of an endpoint: where one has none, there is hope. */
type Lack = (view: EndpointView) => string | undefined;

/**
 * The error of calls where no endpoint can be reached, and waiting would not
 * help: Deno lets the program connect to none, or the package with the
 * transport is not installed. Nothing if there is an endpoint left.
 */
export function hopeless(pool: Pool): UnavailableError | undefined {
  return lacking(pool, {
    lack: (view) => view.missingPermission,
    state: (flags) => `Deno does not permit it, run with ${flags}`,
    code: "deno_permission",
  }) ?? lacking(pool, {
    lack: (view) => view.missingPackage,
    state: (name) => `${name} is not installed, run npm install ${name}`,
    code: "missing_package",
  });
}

function lacking(
  { views }: Pool,
  { lack, state, code }: {
    readonly lack: Lack;
    readonly state: (all: string) => string;
    readonly code: ErrorCode;
  },
): UnavailableError | undefined {
  const used = views.filter((view) => view.state !== "closed");
  const lacks = new Set(used.map(lack));
  if (used.length === 0 || lacks.has(undefined)) return undefined;
  const reasons = used.map(({ endpoint, lastError }) =>
    `${endpoint}: ${lastError}`
  );
  return new UnavailableError(
    `Cannot connect: ${state([...lacks].join(" "))} (${code}): ${
      reasons.join("; ")
    }`,
    { code },
  );
}
