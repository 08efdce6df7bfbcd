import { expect } from 'vitest';
import { ArgumentError, DiagnosticError, messageOf, OperationalError } from '../../src/base/errors.ts';

/** One value of each kind that JavaScript has, and the numbers and texts that are most often wrong. */
export const WRONG: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  -1,
  -0.5,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  10n,
  -(2n ** 70n),
  true,
  '',
  'wrong',
  'x'.repeat(100_000),
  '\ud800',
  Symbol('wrong'),
  () => undefined,
  async () => undefined,
  class {},
  {},
  Object.create(null),
  { toString: () => Symbol('wrong') },
  circular(),
  [],
  [undefined],
  [null],
  [[]],
  Array.from({ length: 2 }),
  new Date(0),
  /wrong/,
  Buffer.from('wrong'),
  new Uint8Array(3),
  new Map([['wrong', 1]]),
  new Set(['wrong']),
  Promise.resolve(1),
  new Error('wrong'),
];

function circular(): object {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}

/** Each way to put one wrong value into the arguments of a call, at any depth. */
function* spoiled(valid: unknown, at: string): Generator<{ readonly value: unknown; readonly at: string }> {
  for (const value of WRONG)
    yield { value, at: `${at} = ${typeof value} ${Object.prototype.toString.call(value)}` };
  if (Array.isArray(valid)) {
    for (const [index, item] of valid.entries()) {
      for (const each of spoiled(item, `${at}[${index}]`))
        yield { ...each, value: valid.with(index, each.value) };
    }
  } else if (
    valid !== null &&
    typeof valid === 'object' &&
    Object.getPrototypeOf(valid) === Object.prototype
  ) {
    for (const [key, field] of Object.entries(valid)) {
      for (const each of spoiled(field, `${at}.${key}`))
        yield { ...each, value: { ...valid, [key]: each.value } };
    }
  }
}

/** What comes out of a call, where `call` may throw, answer, or promise; undefined for a good answer. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the call did not end')), 20_000);
  });
  try {
    await Promise.race([Promise.resolve(call()), hung]);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}

/** Words of V8's own errors, which say nothing to a caller. */
const INTERNAL =
  /is not a function|is not iterable|cannot read|cannot convert|cannot mix|how to serialize|undefined is/i;

/** Calls with every spoiled version of `args`, a few at a time. */
export async function spoil(
  name: string,
  args: readonly unknown[],
  call: (...args: never[]) => unknown,
): Promise<void> {
  const failures: string[] = [];
  const versions: { readonly value: unknown; readonly at: string }[] = [];
  for (const [index, valid] of args.entries()) {
    for (const each of spoiled(valid, `argument ${index}`)) {
      versions.push({ ...each, value: args.with(index, each.value) });
    }
  }
  for (let start = 0; start < versions.length; start += 100) {
    await Promise.all(
      versions.slice(start, start + 100).map(async ({ value, at }) => {
        const failure = await failureOf(() => call(...(value as never[])));
        const told =
          failure === undefined ||
          failure instanceof ArgumentError ||
          ((failure instanceof DiagnosticError || failure instanceof OperationalError) &&
            !INTERNAL.test(failure.message));
        if (!told) failures.push(`${name}, ${at}: ${messageOf(failure)}`);
      }),
    );
  }
  expect(failures).toEqual([]);
}
