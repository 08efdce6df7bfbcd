import { expect, it } from 'vitest';
import { dueFlights } from '../../cli/demo/pace.ts';

const perPass = 20_000;

it('sends the first pass in three minutes and the others at a pace for days, wherever it goes on', () => {
  expect(dueFlights(0, { first: 0, perPass })).toBe(0);
  expect(dueFlights(100, { first: 0, perPass })).toBe(11_000);
  // 181.8 s for the first pass, then ten a second.
  expect(dueFlights(perPass / 110 + 60, { first: 0, perPass })).toBe(20_600);
  expect(dueFlights(60, { first: 19_890, perPass })).toBe(20_590);
  expect(dueFlights(60, { first: 50_000, perPass })).toBe(50_600);
  // A day is ten and a half years of flights: it begins in 2001.
  expect(dueFlights(86_400, { first: 0, perPass }) / perPass / 4).toBeLessThan(12);
});
