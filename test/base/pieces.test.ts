import { expect, it } from 'vitest';
import { allAtOnce, type InPieces, inTurns } from '../../src/base/pieces.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';
import { TurnCounter } from './turn-counter.ts';

function* work(done: string[]): InPieces<number> {
  for (const piece of ['a', 'b', 'c']) {
    done.push(piece);
    yield;
  }
  return done.length;
}

it('others have their turn before and after a piece where a slice is over, and in no other place', async () => {
  const turns = new TurnCounter(5);
  const done: string[] = [];
  turns.onTurn = () => done.push('others');
  expect(await inTurns(work(done), new TimeSlice(turns.environment))).toBe(7);
  expect(done).toEqual(['others', 'a', 'others', 'b', 'others', 'c', 'others']);
  const quick = new TurnCounter(0);
  expect(await inTurns(work([]), new TimeSlice(quick.environment))).toBe(3);
  expect(quick.count).toBe(0);
});

it('work is done in one piece where nobody else is there', async () => {
  expect(await inTurns(work([]), undefined)).toBe(3);
  expect(allAtOnce(work([]))).toBe(3);
});

it('what the work throws is thrown', async () => {
  const failing = function* (): InPieces<never> {
    yield;
    throw new Error('no');
  };
  await expect(inTurns(failing(), new TimeSlice(new TurnCounter(5).environment))).rejects.toThrow('no');
  expect(() => allAtOnce(failing())).toThrow('no');
});
