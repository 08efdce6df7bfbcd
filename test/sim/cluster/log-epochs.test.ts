import { expect, it } from 'vitest';
import { stampBaseOffset, stampLeaderEpoch } from '../../../src/protocol/records/batch-header.ts';
import { makeBatch } from '../../broker/log/batches.ts';
import { simulate } from '../simulation.ts';
import { endOfEpoch, epochsAt } from './log-epochs.ts';

function batchOf(epoch: number, baseOffset: number): Buffer {
  const batch = makeBatch({ records: 2 });
  stampBaseOffset(batch, 0, baseOffset);
  stampLeaderEpoch(batch, 0, epoch);
  return batch;
}

it('reads from the batches of a log where its epochs begin and end', async () => {
  await simulate(1, import.meta.url, async (simulation) => {
    const { environment, medium } = simulation.host('a');
    expect(epochsAt(medium, 't-0')).toEqual({ starts: [], endOffset: 0 });
    environment.disk.makeDirectory('/data/t-0');
    const file = environment.disk.open('/data/t-0/00000000000000000000.log', 'create');
    file.write([batchOf(1, 0), batchOf(1, 2), batchOf(4, 4), batchOf(5, 6)], 0);
    const epochs = epochsAt(medium, 't-0');
    expect(epochs).toEqual({
      starts: [
        { epoch: 1, startOffset: 0 },
        { epoch: 4, startOffset: 4 },
        { epoch: 5, startOffset: 6 },
      ],
      endOffset: 8,
    });
    expect([0, 1, 3, 4, 5, 6].map((epoch) => endOfEpoch(epochs, epoch))).toEqual([
      undefined,
      { epoch: 1, endOffset: 4 },
      { epoch: 1, endOffset: 4 },
      { epoch: 4, endOffset: 6 },
      undefined,
      undefined,
    ]);
  });
});
