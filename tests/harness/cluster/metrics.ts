import type { Member } from "../../../testing/cluster/mod.ts";

/**
 * What members count, or measure, under a name: the sum over them and over all
 * labels, or over those with such values.
 *
 * @throws {Error} If a member tells nothing under that name.
 */
export async function metricOf(
  members: readonly Pick<Member, "name" | "metrics">[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const wanted = Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`);
  const sums = await Promise.all(members.map(async (member) => {
    const samples = (await member.metrics()).split("\n")
      .filter((line) => /^[\w:]+/.exec(line)?.[0] === name);
    if (samples.length === 0) {
      throw new Error(`Cannot read ${name}: ${member.name} tells none`);
    }
    return sumOf(
      samples.filter((line) => wanted.every((label) => line.includes(label)))
        .map((line) => Number(line.split(" ").at(-1))),
    );
  }));
  return sumOf(sums);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
