import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { perItem } from '../../src/server/metrics/metric-family.ts';
import { MetricsPage } from '../../src/server/metrics/metrics-page.ts';
import { parsePage } from './metrics-text.ts';

const partitions = Array.from({ length: 10_000 }, (_, partition) => partition);
const family = perItem(
  'gauge',
  { name: 'log_size', help: 'bytes', isPerPartition: true },
  () => partitions,
  (partition) => ({ topic: 'a', partition: String(partition) }),
  (partition) => partition,
);

function pageOf(partitionSeriesMax: number): MetricsPage {
  const page = new MetricsPage({ environment: nodeEnvironment, partitionSeriesMax, seriesMax: 10 });
  page.add(() => [family]);
  return page;
}

it.each([1_000, 10_000])(
  'gives other work its turn while it walks 10,000 partitions (of which %i are shown)',
  async (max) => {
    let turns = 0;
    let isRendering = true;
    const count = (): void => {
      turns++;
      if (isRendering) setImmediate(count);
    };
    setImmediate(count);
    let text = '';
    let linesMax = 0;
    for await (const chunk of pageOf(max).render()) {
      text += chunk;
      linesMax = Math.max(linesMax, chunk.includes('log_size') ? chunk.split('\n').length : 0);
    }
    isRendering = false;
    expect(turns).toBeGreaterThanOrEqual(10_000 / 250);
    expect(linesMax).toBeLessThan(300);
    expect(parsePage(text).series.filter(({ name }) => name === 'log_size')).toHaveLength(max);
  },
);

it('walks no further for a reader that has gone', async () => {
  let walked = 0;
  const page = new MetricsPage({ environment: nodeEnvironment, partitionSeriesMax: 10_000, seriesMax: 10 });
  page.add(() => [
    {
      ...family,
      *samples() {
        for (const sample of family.samples()) {
          walked++;
          yield sample;
        }
      },
    },
  ]);
  for await (const chunk of page.render()) if (chunk.includes('log_size')) break;
  expect(walked).toBeLessThanOrEqual(250);
});

it('escapes what topics and groups may be called', async () => {
  const names = ['a"b', 'c\\d', 'e\nf', 'g{h="i",j="k"}'];
  const page = new MetricsPage({ environment: nodeEnvironment, partitionSeriesMax: 10, seriesMax: 10 });
  page.add(() => [
    perItem(
      'gauge',
      { name: 'lag', help: 'records' },
      () => names,
      (consumergroup) => ({ consumergroup }),
      () => 1,
    ),
  ]);
  let text = '';
  for await (const chunk of page.render()) text += chunk;
  const shown = parsePage(text).series.filter(({ name }) => name === 'lag');
  expect(shown.map(({ labels }) => JSON.parse(`"${labels['consumergroup'] ?? ''}"`) as unknown)).toEqual(
    names,
  );
});
