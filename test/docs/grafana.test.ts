import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Consumer } from '../../src/client/index.ts';
import { readPage, type Series } from '../server/metrics-text.ts';
import { eventually, post, startPlatform, type TestPlatform } from '../server/platform.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly {
    readonly expr: string;
    readonly legendFormat: string;
    readonly refId: string;
  }[];
}

interface Dashboard {
  readonly title: string;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly Panel[];
}

const file = path.resolve(import.meta.dirname, '../../docs/grafana/millrace.json');
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const targets = dashboard.panels.flatMap(({ title, targets: of = [] }) =>
  of.map(({ expr, legendFormat }) => ({ title, expr, legend: legendFormat })),
);

/** Functions, aggregations and modifiers of PromQL that the panels use. */
const PROMQL = new Set(['sum', 'max', 'topk', 'by', 'rate', 'increase', 'histogram_quantile', 'time']);
/** Labels that Prometheus gives to all that it scrapes. */
const SCRAPED = new Set(['job', 'instance']);
/** Series that come into being with the event that they are about. */
const ONLY_AFTER_TROUBLE = new Set(['millrace_metrics_omitted_series']);

/** The metrics that an expression selects, each with the labels that it asks for. */
function selectors(
  expr: string,
): readonly { readonly name: string; readonly matchers: Readonly<Record<string, string>> }[] {
  const found = [...expr.matchAll(/([a-z_][a-z0-9_]*)\{([^}]*)\}/g)];
  return found.map(([, name = '', matchers = '']) => ({
    name,
    matchers: Object.fromEntries(
      [...matchers.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
    ),
  }));
}

/** Words of an expression outside of its selectors, ranges and texts. */
function words(expr: string): readonly string[] {
  const rest = expr.replace(/[a-z_][a-z0-9_]*\{[^}]*\}/g, ' ').replace(/\[[^\]]*\]/g, ' ');
  return [...rest.matchAll(/[a-z_]+/g)].map(([word]) => word);
}

describe('the Grafana dashboard', () => {
  let platform: TestPlatform;
  let series: readonly Series[];

  beforeAll(async () => {
    platform = await startPlatform();
    const { status } = await post(`${platform.url}/ksql`, {
      ksql: `
        CREATE STREAM s (id STRING KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE TABLE t AS SELECT id, COUNT(*) AS c FROM s GROUP BY id EMIT CHANGES;
        INSERT INTO s VALUES ('a', 1);`,
    });
    expect(status).toBe(200);
    const consumer = new Consumer({
      environment: nodeEnvironment,
      bootstrapServers: platform.bootstrap,
      groupId: 'readers',
    });
    consumer.assign([{ topic: 's', partition: 0 }]);
    await consumer.commit([{ topic: 's', partition: 0, offset: 0 }]);
    await consumer.close();
    series = await eventually(async () => {
      const page = await readPage(platform.url);
      return page.series.some(({ name }) => name === 'ksql_query_last_row_timestamp_seconds')
        ? page.series
        : undefined;
    });
  });

  afterAll(() => platform.close());

  it('is one that Grafana imports: panels with ids and places of their own, on a data source that is chosen', () => {
    expect(dashboard).toMatchObject({
      title: 'Millrace',
      uid: 'millrace',
      schemaVersion: expect.any(Number),
    });
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos, type, targets: of = [], datasource } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), `${title} lies over another panel`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
      }
      if (type === 'row') continue;
      expect(datasource?.uid).toBe(`\${datasource}`);
      expect(of.length, `${title} shows nothing`).toBeGreaterThan(0);
      expect(new Set(of.map(({ refId }) => refId)).size).toBe(of.length);
    }
    const variables = new Set(dashboard.templating.list.map(({ name }) => `$${name}`));
    for (const { expr } of targets) {
      for (const [variable] of expr.matchAll(/\$[a-z]\w*/g))
        expect([...variables, '$__rate_interval']).toContain(variable);
    }
  });

  it.each(targets)('$title: $expr', ({ expr, legend }) => {
    const selected = selectors(expr);
    expect(selected.length).toBeGreaterThan(0);
    const labels = new Set<string>(SCRAPED);
    for (const { name, matchers } of selected) {
      expect(matchers['job']).toBe('$job');
      const matching = series.filter(
        (each) =>
          each.name === name &&
          Object.entries(matchers).every(
            ([label, value]) => SCRAPED.has(label) || each.labels[label] === value,
          ),
      );
      if (!ONLY_AFTER_TROUBLE.has(name))
        expect(matching.length, `${name} is not on the page`).toBeGreaterThan(0);
      else labels.add('metric');
      for (const label of Object.keys(matching[0]?.labels ?? {})) labels.add(label);
    }
    for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g)) expect([...labels]).toContain(label);
    for (const word of words(expr)) expect([...labels, ...PROMQL]).toContain(word);
  });
});
