import { cbrt as cubeRoot } from './java-roots.ts';
import { doubleFunction } from './double-function.ts';

export const cbrt = doubleFunction('cbrt', 'The cube root.', cubeRoot, { sql: 'CBRT(-27)', gives: '-3E0' });
