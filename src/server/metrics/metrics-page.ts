import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Environment } from '../../base/environment.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import type { Labels, MetricFamily, Sample } from './metric-family.ts';

/** Samples that are written before other work of the process has its turn. */
const SLICE_SAMPLES = 250;

interface MetricsPageOptions {
  readonly environment: Environment;
  /** Series of each metric that has one per partition or task; see `ksql.metrics.partitions.max`. */
  readonly partitionSeriesMax: number;
  /** Series of each other metric; see `ksql.metrics.series.max`. */
  readonly seriesMax: number;
}

type FamilySource = () => readonly MetricFamily[] | Promise<readonly MetricFamily[]>;

/**
 * The metrics page in Prometheus' text format. Whoever counts keeps plain fields; they are read when the page is, a slice
 * at a time, so that ten thousand partitions hold nothing up. What does not fit below the limits is left out and counted.
 */
export class MetricsPage {
  readonly #options: MetricsPageOptions;
  /** Metrics of the process: memory, processor time, open files, garbage collection. */
  readonly #process = new Registry();
  readonly #sources: FamilySource[] = [];

  constructor(options: MetricsPageOptions) {
    this.#options = options;
    collectDefaultMetrics({ register: this.#process });
  }

  /** A page within the limits of the settings. */
  static of(environment: Environment, settings: ServerConfig): MetricsPage {
    return new MetricsPage({
      environment,
      partitionSeriesMax: settings.get('ksql.metrics.partitions.max'),
      seriesMax: settings.get('ksql.metrics.series.max'),
    });
  }

  readonly contentType: string = this.#process.contentType;

  /** Adds metrics; `families` is called once for each reading of the page. */
  add(families: FamilySource): void {
    this.#sources.push(families);
  }

  /** The text of the page, piece by piece. */
  async *render(): AsyncGenerator<string, void, undefined> {
    yield await this.#process.metrics();
    const omitted: Sample[] = [];
    for (const families of this.#sources) {
      for (const family of await families()) {
        const count = yield* this.#renderFamily(family, this.#maxOf(family));
        if (count > 0) omitted.push({ labels: { metric: family.name }, value: count });
      }
    }
    const help = 'series that are not on this page because there are too many of their metric';
    const name = 'millrace_metrics_omitted_series';
    yield* this.#renderFamily({ name, help, type: 'gauge', samples: () => omitted }, omitted.length);
  }

  #maxOf({ isPerPartition = false }: MetricFamily): number {
    return isPerPartition ? this.#options.partitionSeriesMax : this.#options.seriesMax;
  }

  /** Returns how many series were left out. */
  async *#renderFamily(family: MetricFamily, max: number): AsyncGenerator<string, number, undefined> {
    const { name, help, type } = family;
    let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    let count = 0;
    for (const sample of family.samples()) {
      if (count++ < max) text += lineOf(name, sample);
      if (count % SLICE_SAMPLES !== 0) continue;
      if (text !== '') yield text;
      text = '';
      await new Promise<void>((resolve) => this.#options.environment.timers.defer(resolve));
    }
    if (text !== '') yield text;
    return Math.max(0, count - max);
  }
}

function lineOf(name: string, { suffix = '', labels, value }: Sample): string {
  return `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`;
}

function labelText(labels: Labels): string {
  let text = '';
  for (const name in labels) text += `${text === '' ? '{' : ','}${name}="${escaped(labels[name] ?? '')}"`;
  return text === '' ? '' : `${text}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

const escaped = (value: string): string => value.replace(/[\\"\n]/g, (match) => ESCAPES[match] ?? match);

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
