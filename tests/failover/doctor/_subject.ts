import {
  diagnose,
  type DiagnoseOptions,
  type Diagnosis,
} from "../../../testing/doctor/mod.ts";

/** Long enough for answers beside two busy loops, short where none comes. */
export const TIMEOUT_MS = 1_000;

/** The diagnosis, with `severity code about` of each finding, sorted. */
export async function examined(
  endpoints: string | readonly string[],
  options: DiagnoseOptions = {},
): Promise<Diagnosis & { readonly found: readonly string[] }> {
  const diagnosis = await diagnose(endpoints, {
    timeoutMs: TIMEOUT_MS,
    ...options,
  });
  // Members of the harness advertise their fault proxies.
  const found = diagnosis.findings
    .filter(({ code }) => code !== "not_advertised")
    .map(({ severity, code, about }) => `${severity} ${code} ${about}`)
    .toSorted();
  return { ...diagnosis, found };
}
