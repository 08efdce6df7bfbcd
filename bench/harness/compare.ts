import type { Figure, FigureResult, RunSize } from './figure.ts';

/**
 * Measures a figure: the two sides in turn, so that a machine whose speed drifts changes both, one warm-up of each
 * first. Which side begins changes with each pair.
 */
export async function compare(
  figure: Figure,
  size: RunSize & { readonly runs: number },
  log: (line: string) => void,
): Promise<FigureResult> {
  const { ours, rival } = await figure.prepare(size);
  const results = { ours: [] as number[], rival: [] as number[] };
  try {
    if (!size.quick) {
      await ours.measure();
      await rival.measure();
    }
    for (let run = 0; run < size.runs; run++) {
      const order = run % 2 === 0 ? (['ours', 'rival'] as const) : (['rival', 'ours'] as const);
      for (const side of order) {
        const contender = side === 'ours' ? ours : rival;
        const value = await contender.measure();
        results[side].push(value);
        log(
          `  ${figure.name} ${run + 1}/${size.runs} ${contender.name}: ${value.toPrecision(4)} ${figure.unit}`,
        );
      }
    }
  } finally {
    await ours.close?.();
    await rival.close?.();
  }
  return {
    name: figure.name,
    unit: figure.unit,
    oursName: ours.name,
    rivalName: rival.name,
    ...results,
    ratios: results.ours.map((value, i) => value / (results.rival[i] ?? Number.NaN)),
    bound: figure.bound,
  };
}
