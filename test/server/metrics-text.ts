/** A series of a page in Prometheus' text format. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

/** Reads a page strictly: what does not follow the format is an error. */
export function parsePage(text: string): {
  readonly types: ReadonlyMap<string, string>;
  readonly series: readonly Series[];
} {
  const types = new Map<string, string>();
  const series: Series[] = [];
  for (const line of text.split('\n')) {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== '') {
      if (types.has(name)) throw new Error(`${name} is on the page twice`);
      types.set(name, type);
    }
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    if (match === null) throw new Error(`not a line of the format: ${line}`);
    const [, metric = '', labelText = '', value] = match;
    const labels = [...labelText.matchAll(LABEL)].map(([, label = '', text = '']) => [label, text] as const);
    const read = labels.map(([label, text]) => `${label}="${text}"`).join(',');
    if (read !== labelText.replace(/,$/, '')) throw new Error(`labels that cannot be read: ${line}`);
    series.push({ name: metric, labels: Object.fromEntries(labels), value: Number(value) });
  }
  return { types, series };
}

export async function readPage(url: string): Promise<ReturnType<typeof parsePage>> {
  return parsePage(await (await fetch(`${url}/metrics`)).text());
}

/** The value of the one series with that name and those labels; undefined where there is none. */
export function valueOf(
  series: readonly Series[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = series.filter(
    (each) =>
      each.name === name && Object.entries(labels).every(([label, text]) => each.labels[label] === text),
  );
  if (found.length > 1) throw new Error(`${found.length} series of ${name} have these labels`);
  return found[0]?.value;
}
