import type { ClientOptions } from "../../../../api/client/options.ts";

/** Endpoints that are fine. */
export const ENDPOINTS: readonly string[] = ["http://a:2379", "http://b:2379"];

/** Options as plain JavaScript could pass them. */
export function withOption(
  options: ClientOptions,
  name: string,
  value: unknown,
): ClientOptions {
  return { ...options, [name]: value };
}
