/** A browser that looks at a page, where the machine has one. */

/** What the browser found in a page. */
export interface PageProbe {
  /** Elements wider than the page, outside of boxes that scroll. */
  readonly tooWide: readonly string[];
  /** Cells of tables and timelines that are not on the screen as a whole. */
  readonly offScreen: readonly string[];
  /** Cells of the summary whose text does not fit into them. */
  readonly overfull: readonly string[];
  /** The size of the smallest text in a timeline, in pixels of the screen. */
  readonly leastTextPx: number;
  /** Text and marks that are too faint: what, and by how much. */
  readonly faint: readonly string[];
  readonly background: string;
  readonly figures: number;
  readonly cellLinks: number;
  readonly pictureCells: number;
  /** Links of the picture that show no focus, or lead to nothing one sees. */
  readonly unreachable: readonly string[];
  /** What the browser wrote to its console. */
  readonly console: readonly string[];
}

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Where the browser is; `undefined` if there is none along the PATH. */
export async function findChromium(): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of NAMES) {
      try {
        if ((await Deno.stat(`${folder}/${name}`)).isFile) {
          return `${folder}/${name}`;
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
  return undefined;
}

/** Opens a page in a frame of some width, and measures what it has. */
export async function probePage(
  page: string,
  { chromium, widthPx, scheme }: {
    readonly chromium: string;
    readonly widthPx: number;
    readonly scheme: "light" | "dark";
  },
): Promise<PageProbe> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/page.html`, frameOf(page, widthPx));
    const command = new Deno.Command("sh", {
      args: [
        "-c",
        'exec "$0" "$@"',
        chromium,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--enable-logging=stderr",
        `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`,
        "--window-size=1400,900",
        `--user-data-dir=${directory}/profile`,
        "--dump-dom",
        `file://${directory}/page.html`,
      ],
      // What a browser leaves behind goes with the directory.
      env: { HOME: directory, XDG_CACHE_HOME: directory },
    });
    const output = await command.output();
    const [stdout, stderr] = [output.stdout, output.stderr]
      .map((bytes) => new TextDecoder().decode(bytes));
    const found = /<pre id="probe">([^<]*)<\/pre>/.exec(stdout ?? "")?.[1];
    if (!found) throw new Error(`Cannot probe the page: ${stderr}`);
    return {
      ...JSON.parse(decodeURIComponent(found)),
      console: (stderr ?? "").split("\n").filter((line) =>
        line.includes(":CONSOLE")
      ),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function frameOf(page: string, widthPx: number): string {
  const text = JSON.stringify(page).replaceAll("<", "\\u003c");
  return `<!doctype html><meta name="color-scheme" content="light dark">
<iframe style="width:${widthPx}px;height:800px;border:0"></iframe><pre id="probe"></pre>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {
  const found = (${probe})(frame.contentWindow);
  document.querySelector("#probe").textContent =
    encodeURIComponent(JSON.stringify(found));
};
frame.srcdoc = ${text};
</script>`;
}

/** Runs in the browser, so it is text: Deno knows nothing of documents. */
const probe = `(view) => {
  const { document } = view;
  const all = [...document.body.querySelectorAll("*")];
  const name = (element) =>
    element.tagName + " " + element.textContent.trim().slice(0, 30);
  const width = view.innerWidth;
  const tooWide = all.filter((element) =>
    !element.parentElement.closest(".scroll") && !element.closest(".skip") &&
    element.getBoundingClientRect().right > width + 0.5).map(name);
  if (document.scrollingElement.scrollWidth > width) tooWide.push("the page");
  const isShown = (element) => element.getClientRects().length > 0 &&
    view.getComputedStyle(element).clipPath === "none";
  const offScreen = all.filter((element) =>
    element.matches("td, th, figure > svg, figure > svg text") &&
    !element.closest("thead") || element.matches(".words thead th"))
    .filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return isShown(element) && (left < -0.5 || right > width + 0.5);
    }).map(name);
  const overfull = [...document.querySelectorAll(".summary td a, .overview td")]
    .filter((link) => link.scrollWidth > link.clientWidth + 1).map(name);
  const textPx = [...document.querySelectorAll("figure > svg text")]
    .filter(isShown).map((text) => {
      const svg = text.closest("figure > svg");
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return scale * parseFloat(view.getComputedStyle(text).fontSize);
    });
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).slice(0, 3).map((value) => value / 255)
      .map((value) => value <= 0.03928
        ? value / 12.92
        : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [least, most] = [luminance(one), luminance(other)]
      .sort((a, b) => a - b);
    return (most + 0.05) / (least + 0.05);
  };
  const backgroundOf = (element) => {
    const { backgroundColor } = view.getComputedStyle(element);
    return channels(backgroundColor)[3] === 0
      ? backgroundOf(element.parentElement)
      : backgroundColor;
  };
  const hasText = (element) =>
    ![...element.querySelectorAll("title, desc")].includes(element) &&
    !["title", "desc"].includes(element.tagName) &&
    [...element.childNodes].some((node) =>
      node.nodeType === 3 && node.textContent.trim() !== "");
  const faint = [];
  for (const element of all.filter(hasText)) {
    const { color, fill } = view.getComputedStyle(element);
    const shown = element.namespaceURI.endsWith("svg") ? fill : color;
    const ratio = contrast(shown, backgroundOf(element));
    if (ratio < 4.5) faint.push(name(element) + ": " + ratio.toFixed(2));
  }
  const sample = document.body.appendChild(document.createElement("i"));
  const resolved = (variable) => {
    sample.style.color = "var(--" + variable + ")";
    return view.getComputedStyle(sample).color;
  };
  for (const mark of ["member-0", "member-1", "member-2", "bad", "ink"]) {
    for (const ground of ["paper", "fault"]) {
      const ratio = contrast(resolved(mark), resolved(ground));
      if (ratio < 3) faint.push(mark + " on " + ground + ": " + ratio.toFixed(2));
    }
  }
  const unreachable = [];
  for (const link of document.querySelectorAll(".overview a")) {
    link.focus();
    if (document.activeElement !== link ||
      view.getComputedStyle(link).outlineStyle === "none") {
      unreachable.push(name(link) + ": no focus");
    }
    // A browser opens the list that the link leads into.
    const target = document.querySelector(link.getAttribute("href"));
    if (!target?.closest(".classes")) unreachable.push(name(link));
  }
  if (document.querySelector(".classes summary")?.tabIndex !== 0) {
    unreachable.push("the list of scenarios");
  }
  return {
    unreachable,
    tooWide,
    offScreen,
    overfull,
    leastTextPx: Math.min(...textPx),
    faint,
    background: view.getComputedStyle(document.body).backgroundColor,
    figures: document.querySelectorAll("figure").length,
    cellLinks: document.querySelectorAll(".summary td a").length,
    pictureCells: document.querySelectorAll(".overview td").length,
  };
}`;
