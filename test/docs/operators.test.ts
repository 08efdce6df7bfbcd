import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import * as streams from '../../src/streams/index.ts';

const page = readFileSync(
  path.resolve(import.meta.dirname, '../../docs/guides/streams-operators.md'),
  'utf8',
);
const headings = page.split('\n').filter((line) => line.startsWith('### '));

/** What topologies are made with. */
const HANDLES = [
  streams.StreamsBuilder,
  streams.KStream,
  streams.BranchedKStream,
  streams.KTable,
  streams.KGroupedStream,
  streams.KGroupedTable,
  streams.TimeWindowedKStream,
  streams.SessionWindowedKStream,
];

/** Methods, not what is merely read off a handle. */
function methodsOf({ name, prototype }: (typeof HANDLES)[number]): readonly string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([method, { value }]) => method !== 'constructor' && typeof value === 'function')
    .map(([method]) => `${name}.${method}`);
}

it('has a heading for every operator, and for none that is not there', () => {
  const named = headings.flatMap((heading) => heading.slice('### '.length).split(', '));
  expect(named.toSorted()).toEqual(HANDLES.flatMap(methodsOf).toSorted());
});
