import type { ExactJson } from '../../../serde/json/exact-parser.ts';
import { isArray, isObject } from './json-document.ts';

/** `.name`, `[0]`, `[name]`, `['any text']`, `["any text"]`. */
const STEP = /\.([\p{L}\p{N}_:$\-/@|#]+)|\[(-?\d+)\]|\[([\p{L}\p{N}_]+)\]|\[(?:'([^']*)'|"([^"]*)")\]/uy;

/** Compiles a path such as `$.a.b[0]['c d']`. @throws {RangeError} */
export function compileJsonPath(path: string): (json: ExactJson) => ExactJson | undefined {
  if (!path.startsWith('$')) throw new RangeError(`Invalid JSON path: ${path}`);
  const steps: string[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const at = STEP.lastIndex;
    const match = STEP.exec(path);
    if (match === null) throw new RangeError(`Invalid JSON path: ${path} (position ${at})`);
    const [, name, index, bare, single, double] = match;
    steps.push(name ?? index ?? bare ?? single ?? double ?? '');
  }
  return (json) => walk(json, steps);
}

/** A step names a field of an object and, where it is a number, an element of an array: `$.a.0` and `$.a[0]` are one. */
function walk(json: ExactJson, steps: readonly string[]): ExactJson | undefined {
  let current: ExactJson | undefined = json;
  for (const step of steps) {
    if (isArray(current)) current = /^\+?[0-9]+$/.test(step) ? current[Number(step)] : undefined;
    else current = isObject(current) && Object.hasOwn(current, step) ? current[step] : undefined;
    if (current === undefined) return undefined;
  }
  return current;
}
