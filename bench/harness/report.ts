import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import type { FigureResult } from './figure.ts';
import { spreadOf } from './statistics.ts';

/** The results as a table: medians of both sides, the median of the ratios with its spread, and whether it is enough. */
export function tableOf(results: readonly FigureResult[]): string {
  const header = ['figure', 'unit', 'ours', 'rival', 'ratio', 'min..max', 'wanted', ''];
  const rows = results.map((result) => {
    const ratio = spreadOf(result.ratios);
    return [
      result.name,
      result.unit,
      `${result.oursName} ${show(spreadOf(result.ours).median)}`,
      `${result.rivalName} ${show(spreadOf(result.rival).median)}`,
      ratio.median.toFixed(2),
      `${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)}`,
      wantedOf(result),
      isEnough(result) ? 'ok' : 'short',
    ];
  });
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => (row[i] ?? '').length)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function wantedOf({ bound, unit }: FigureResult): string {
  if ('oursAtLeast' in bound) return `ours >= ${bound.oursAtLeast} ${unit}`;
  if ('oursAtMost' in bound) return `ours <= ${bound.oursAtMost} ${unit}`;
  return 'atLeast' in bound ? `>= ${bound.atLeast}` : `<= ${bound.atMost}`;
}

export function isEnough({ ours, ratios, bound }: FigureResult): boolean {
  if ('oursAtLeast' in bound) return spreadOf(ours).median >= bound.oursAtLeast;
  if ('oursAtMost' in bound) return spreadOf(ours).median <= bound.oursAtMost;
  const { median } = spreadOf(ratios);
  return 'atLeast' in bound ? median >= bound.atLeast : median <= bound.atMost;
}

/** Writes the results with what they were measured on; answers the file's path. */
export function writeJson(results: readonly FigureResult[], folder: string): string {
  mkdirSync(folder, { recursive: true });
  const machine = { cores: cpus().length, memoryBytes: totalmem(), node: process.version };
  const file = path.join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
  const content = results.map((r) => ({ ...r, ratio: spreadOf(r.ratios), isEnough: isEnough(r) }));
  writeFileSync(file, `${JSON.stringify({ machine, results: content }, undefined, 2)}\n`);
  return file;
}

function show(value: number): string {
  if (value >= 10_000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
