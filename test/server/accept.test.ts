import { expect, it } from 'vitest';
import { acceptedType } from '../../src/server/rest/accept.ts';

const TYPES = ['application/a+json', 'application/json', 'text/plain'] as const;

it.each([
  [undefined, 'application/a+json'],
  ['', 'application/a+json'],
  ['*/*', 'application/a+json'],
  ['application/json', 'application/json'],
  ['Application/JSON; charset=utf-8', 'application/json'],
  ['application/*', 'application/a+json'],
  ['text/*', 'text/plain'],
  ['text/plain, application/json', 'text/plain'],
  ['text/plain;q=0.5, application/json;q=0.9', 'application/json'],
  ['text/html, */*;q=0.1', 'application/a+json'],
  ['application/a+json;q=0, */*', 'application/json'],
  ['application/*;q=0.2, application/json;q=0', 'application/a+json'],
  ['text/html', undefined],
  ['*/*;q=0', undefined],
  ['application', undefined],
])('of %j takes %s', (accept, type) => {
  expect(acceptedType(accept, TYPES)).toBe(type);
});
