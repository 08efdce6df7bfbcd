import { expect, it } from 'vitest';
import { BatchView } from '../../../../src/protocol/records/batch-view.ts';
import { stampBaseOffset } from '../../../../src/protocol/records/batch-header.ts';
import { makeBatch, makeMarker } from '../../../broker/log/batches.ts';
import { endOfMarkers } from './stable-watch.ts';

it('asks for the markers of the transactions that begin before an offset', () => {
  const data = (producerId: number): Buffer =>
    makeBatch({ producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true });
  const marker = (producerId: number): Buffer => makeMarker({ producerId, producerEpoch: 0, isAbort: false });
  const batches = [data(1), data(2), data(2), marker(1), marker(2), data(1), marker(1), makeBatch()].map(
    (bytes, offset) => {
      stampBaseOffset(bytes, 0, offset);
      return new BatchView(bytes);
    },
  );
  expect([1, 2, 3, 5, 6, 8].map((offset) => endOfMarkers(batches, offset))).toEqual([4, 5, 5, 5, 7, 8]);
});
