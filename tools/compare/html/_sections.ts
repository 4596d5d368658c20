/** The catalogue's sections, by the last number each of them may have. */
const SECTIONS: readonly (readonly [last: number, title: string])[] = [
  [15, "Silent endpoints"],
  [36, "Connection loss, shutdown, restart"],
  [50, "Partitions"],
  [57, "Greylists, and doing without"],
  [65, "Changes of endpoints, identity, TLS"],
  [85, "Watches and leases"],
  [92, "Authentication"],
  [97, "Steady state"],
  [101, "Layers above the balancer"],
];

/** The section of a scenario: its number is permanent, and so is this. */
export function sectionOf(id: number): string {
  return SECTIONS.find(([last]) => id <= last)?.[1] ?? "Others";
}
