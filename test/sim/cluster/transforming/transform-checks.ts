/** Values of one partition by offsets that rise. */
type PartitionValues = readonly (readonly [offset: number, value: string])[];

export interface TransformFault {
  readonly checker: string;
  readonly what: string;
}

/** What an instance makes of an input record: it says of which. */
export function transformed(partition: number, offset: number, value: string): string {
  return `${partition}:${offset}=${value}`;
}

/**
 * What is wrong with the committed output of a group that writes each input record to the same partition of its output, in
 * one transaction with its offset, when all input is processed:
 *
 * - `transform-lost`: an input record has no result;
 * - `transform-doubled`: it has two;
 * - `transform-order`: results of a partition are not in the order of its input: of two instances the earlier one wrote after
 *   the later one had begun;
 * - `transform-foreign`: a result is of no input record.
 */
export function faultsOfTransform(
  partition: number,
  { input, output }: { readonly input: PartitionValues; readonly output: PartitionValues },
): readonly TransformFault[] {
  const faults: TransformFault[] = [];
  const missing = new Map(input.map(([offset, value]) => [transformed(partition, offset, value), offset]));
  const places = new Map<string, number>();
  let last = -1;
  for (const [offset, value] of output) {
    const place = `${value} at ${offset} of partition ${partition}`;
    const before = places.get(value);
    const inputOffset = missing.get(value);
    if (before !== undefined) {
      faults.push({ checker: 'transform-doubled', what: `${place} is at ${before}, too` });
    } else if (inputOffset === undefined) {
      faults.push({ checker: 'transform-foreign', what: `${place} is of no input record` });
    } else {
      if (inputOffset < last) {
        faults.push({ checker: 'transform-order', what: `${place} comes after that of input ${last}` });
      }
      last = inputOffset;
    }
    places.set(value, offset);
    missing.delete(value);
  }
  for (const [value, offset] of missing) {
    const what = `partition ${partition} has no result of ${value}, input ${offset}`;
    faults.push({ checker: 'transform-lost', what });
  }
  return faults;
}
