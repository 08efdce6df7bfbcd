import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseQueue } from '../../../broker/server/response-queue.ts';

describe('ResponseQueue', () => {
  it('hands responses out in the order of requests, whatever order they finish in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.infiniteStream(fc.nat()), (count, picks) => {
        const queue = new ResponseQueue();
        const open = Array.from({ length: count }, (_, i) => ({ i, slot: queue.open(0) }));
        const sent: number[] = [];
        while (open.length > 0) {
          const [picked] = open.splice(picks.next().value % open.length, 1);
          if (picked === undefined) break;
          picked.slot.chunks = picked.i % 7 === 0 ? null : [Buffer.from([picked.i])];
          picked.slot.ready = true;
          for (const chunk of queue.takeReady().chunks) sent.push(chunk[0] ?? -1);
        }
        expect(sent).toEqual(Array.from({ length: count }, (_, i) => i).filter((i) => i % 7 !== 0));
        expect(queue.size).toBe(0);
      }),
    );
  });
});
