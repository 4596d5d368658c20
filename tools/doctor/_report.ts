/** A diagnosis for people. */
import type {
  Diagnosis,
  EndpointReport,
  Finding,
  Severity,
} from "../../testing/doctor/mod.ts";
import { counted, duration, type Paint, wrap } from "../output/mod.ts";

const SIGNS: Readonly<Record<Severity, string>> = {
  fault: "✘",
  warning: "!",
  note: "·",
};

/** The whole report; its last line is the verdict. */
export function renderDiagnosis(
  diagnosis: Diagnosis,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string {
  const { endpoints, findings } = diagnosis;
  const lines = [
    paint.bold("Endpoints"),
    ...endpoints.map((report) => endpointLine(report, diagnosis)),
    ...memberLines(diagnosis, paint),
    "",
    paint.bold("Strategies"),
    ...strategyLines(diagnosis),
    "",
    ...alike(findings).flatMap((finding) =>
      findingLines(finding, { columns, paint })
    ),
    verdict(diagnosis, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function endpointLine(
  report: EndpointReport,
  { members }: Diagnosis,
): string {
  const { endpoint, answers, answerMs, memberId, version } = report;
  if (!answers) {
    const named = members.find(({ clientUrls }) =>
      clientUrls.includes(endpoint)
    );
    return ` ✘ ${
      [endpoint, ...named ? [named.name] : [], "does not answer"].join("  ")
    }`;
  }
  const member = members.find(({ id }) => id === memberId);
  const until = report.certificate?.validUntil.slice(0, 10);
  return ` = ${
    [
      endpoint,
      member?.name || `member ${memberId}`,
      `etcd ${version}`,
      ...member?.leads ? ["leads"] : member?.isLearner ? ["learner"] : [],
      `answers in ${duration(answerMs ?? 0)}`,
      ...report.dbSizeBytes === undefined ? [] : [
        `database ${sizeText(report.dbSizeBytes)}`,
      ],
      ...until === undefined ? [] : [`certificate until ${until}`],
      ...report.server === undefined ? [] : [`through ${report.server}`],
    ].join("  ")
  }`;
}

/** The members that no endpoint leads to. */
function memberLines(
  { members, endpoints }: Diagnosis,
  paint: Paint,
): readonly string[] {
  const others = members.filter(({ id, clientUrls }) =>
    endpoints.every(({ memberId, endpoint, answers }) =>
      answers ? memberId !== id : !clientUrls.includes(endpoint)
    )
  );
  if (others.length === 0) return [];
  return [
    "",
    paint.bold("Other members"),
    ...others.map(({ id, name, clientUrls, reached, version, leads }) =>
      ` ${reached ? "=" : "✘"} ${
        [
          name || `member ${id}`,
          clientUrls.join(", ") || "never started",
          ...reached ? [`etcd ${version}`] : ["does not answer"],
          ...leads && reached ? ["leads"] : [],
        ].join("  ")
      }`
    ),
  ];
}

function strategyLines({ strategies }: Diagnosis): readonly string[] {
  const width = Math.max(...strategies.map(({ strategy }) => strategy.length));
  return strategies.map(
    ({ strategy, reads, failed, firstReadMs, connections }) =>
      ` ${failed === 0 ? "=" : "✘"} ${strategy.padEnd(width)}  ${
        failed === reads
          ? "is not served"
          : `the first read in ${duration(firstReadMs)}, ${
            counted(connections, "connection")
          }${failed === 0 ? "" : `, ${failed} of ${reads} reads failed`}`
      }`,
  );
}

/** The findings, those that differ in what they are about as one. */
function alike(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(
    findings,
    ({ severity, code, text, advice }) =>
      JSON.stringify([severity, code, text, advice]),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{
      ...first,
      about: [first, ...others].map(({ about }) => about).join(", "),
    }]
  );
}

function findingLines(
  { severity, about, text, advice }: Finding,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  const lead = ` ${SIGNS[severity]} `;
  const lines = wrap(`${about}: ${text}`, { width: columns, lead });
  return [
    ...severity === "fault" ? lines.map(paint.red) : lines,
    ...advice === undefined
      ? []
      : wrap(advice, { width: columns, lead: "   → " }).map(paint.dim),
    "",
  ];
}

function verdict({ healthy, findings }: Diagnosis, paint: Paint): string {
  const count = (severity: Severity): string =>
    counted(
      findings.filter((one) => one.severity === severity).length,
      severity,
    );
  const text = `${count("fault")}, ${count("warning")}, ${count("note")}`;
  return paint.bold(healthy ? paint.green(text) : paint.red(text));
}

function sizeText(bytes: number): string {
  return bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} kB`
    : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
