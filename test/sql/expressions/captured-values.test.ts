import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/serde/model/decimal.ts';
import { CodeBuilder } from '../../../src/sql/expressions/code.ts';
import { evaluate, holds } from '../expression-harness.ts';

/** More than a function can be given as arguments. */
const MANY = 70_000;

describe('values that generated code uses', () => {
  it('may be more than a function takes arguments', () => {
    const builder = new CodeBuilder();
    const names = Array.from({ length: MANY }, (_, index) => builder.capture({ index }));
    const sum = builder.addFunction(
      (name) => `function ${name}() { return ${names[0]}.index + ${names.at(-1)}.index; }`,
    );
    const run = builder.evaluate(sum) as () => number;
    expect(run()).toBe(MANY - 1);
  });

  it('are bound once, and the code is in strict mode', () => {
    const builder = new CodeBuilder();
    const name = builder.capture('value');
    expect(builder.capture('value')).toBe(name);
    expect(builder.evaluate(`[${name}, (function () { return this; })()]`)).toEqual(['value', undefined]);
  });
});

describe('IN over a list of decimals', () => {
  const setting = { schema: 'X DECIMAL(10, 2)', row: [new Decimal(1250n, 2)] };
  const list = Array.from({ length: 40 }, (_, index) => `${index + 100}.25`);

  it('finds equal values, whatever their scale', () => {
    expect(holds(`X IN (${list.join(', ')})`, setting)).toBe(false);
    expect(holds(`X IN (${[...list, '12.5'].join(', ')})`, setting)).toBe(true);
    expect(holds(`X NOT IN (${[...list, '12.50'].join(', ')})`, setting)).toBe(false);
    expect(evaluate(`X IN (${list.join(', ')})`, { ...setting, row: [null] }).value).toBe(false);
  });
});
