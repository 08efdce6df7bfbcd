import { doubleFunction } from './double-function.ts';

export const sqrt = doubleFunction('sqrt', 'The square root.', Math.sqrt);
