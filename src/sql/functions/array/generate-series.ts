import { defineFunction, overload } from '../definition.ts';
import { LIST_LENGTH_MAX } from '../limits.ts';
import { addInt64, type Int64 } from '../../../serde/model/int64.ts';

function series(start: Int64, end: Int64, step: Int64): Int64[] {
  if (step === 0) throw new RangeError('GENERATE_SERIES step cannot be zero');
  const upwards = step > 0;
  if (upwards !== start <= end && start !== end) {
    throw new RangeError(`GENERATE_SERIES step has wrong sign: from ${start} to ${end} by ${step}`);
  }
  const list: Int64[] = [];
  for (let at = start; upwards ? at <= end : at >= end; at = addInt64(at, step)) {
    list.push(at);
    if (list.length > LIST_LENGTH_MAX) {
      throw new RangeError(`GENERATE_SERIES would give more than ${LIST_LENGTH_MAX} numbers`);
    }
  }
  return list;
}

const defaultStep = (start: Int64, end: Int64): number => (start <= end ? 1 : -1);

export const generateSeries = defineFunction({
  name: 'GENERATE_SERIES',
  category: 'ARRAY',
  description: 'The numbers from a start to an end, both included, by a step (1 or -1 unless given).',
  overloads: [
    overload(['start INTEGER', 'end INTEGER'], 'ARRAY<INTEGER>', (start, end) =>
      series(start, end, defaultStep(start, end)),
    ),
    overload(['start BIGINT', 'end BIGINT'], 'ARRAY<BIGINT>', (start, end) =>
      series(start, end, defaultStep(start, end)),
    ),
    overload(['start INTEGER', 'end INTEGER', 'step INTEGER'], 'ARRAY<INTEGER>', series),
    overload(['start BIGINT', 'end BIGINT', 'step INTEGER'], 'ARRAY<BIGINT>', series),
  ],
  examples: [
    { sql: 'GENERATE_SERIES(1, 3)', gives: 'ARRAY[1, 2, 3]' },
    { sql: 'GENERATE_SERIES(9, 0, -3)', gives: 'ARRAY[9, 6, 3, 0]' },
  ],
});
