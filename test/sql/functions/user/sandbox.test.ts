import { beforeAll, describe, expect, it } from 'vitest';
import { Decimal } from '../../../../src/serde/model/decimal.ts';
import type { SqlValue } from '../../../../src/serde/model/sql-value.ts';
import { CALL, METHOD } from '../../../../src/sql/functions/user/entries.ts';
import type { UserFunctionRecord } from '../../../../src/sql/functions/user/function-record.ts';
import { loadQuickJs } from '../../../../src/sql/functions/user/io/quickjs.ts';
import { FunctionCalls } from '../../../../src/sql/functions/user/function-calls.ts';
import { Sandbox, SourceError } from '../../../../src/sql/functions/user/sandbox.ts';

const limits = { callMsMax: 200, memoryBytesMax: 4_000_000 };

beforeAll(() => loadQuickJs());

/** `scalar('x INTEGER, y STRING', 'STRING', 'x + y')`. */
function scalar(parameters: string, returns: string, source: string): UserFunctionRecord {
  const each = parameters === '' ? [] : parameters.split('; ');
  return {
    ...{ kind: 'scalar', name: 'F', returns, language: 'JAVASCRIPT', source, version: 1 },
    parameters: each.map((text) => {
      const space = text.indexOf(' ');
      return { name: text.slice(0, space), type: text.slice(space + 1) };
    }),
  };
}

/** What one call gives; a failure as its text. */
function given(record: UserFunctionRecord, ...args: SqlValue[]): SqlValue {
  let sandbox: Sandbox | undefined;
  try {
    sandbox = new Sandbox(record, limits);
    return sandbox.call(CALL, args);
  } catch (error) {
    if (error instanceof SourceError) return `${error.failure}: ${error.message}`;
    throw error;
  } finally {
    sandbox?.close();
  }
}

describe('the source of a function', () => {
  it.each([
    ['an expression', 'x * 2 + 1'],
    ['an expression with a comment at its end', 'x * 2 + 1 // doubled'],
    ['the body of a function', 'const twice = x * 2; return twice + 1;'],
    ['an arrow function with names of its own', '(n) => n * 2 + 1'],
    ['a function', 'function (n) { return n * 2 + 1; }'],
  ])('is %s', (_, source) => {
    expect(given(scalar('x INTEGER', 'INTEGER', source), 20)).toBe(41);
  });

  it('may be a constant', () => {
    expect(given(scalar('', 'STRING', "'always'"))).toBe('always');
  });

  it.each([
    ['return x +;', /^thrown: SyntaxError: /],
    ['} + {', /^thrown: SyntaxError: /],
  ])('that cannot be read is refused: %s', (source, message) => {
    expect(given(scalar('x INTEGER', 'INTEGER', source), 1)).toMatch(message);
  });
});

describe('values', () => {
  const bytes = Buffer.from([0, 127, 255]);
  const price = new Decimal(1250n, 2);
  it.each<[string, SqlValue]>([
    ['BOOLEAN', true],
    ['BOOLEAN', false],
    ['INTEGER', -2_147_483_648],
    ['BIGINT', 9_007_199_254_740_991],
    ['BIGINT', 9_223_372_036_854_775_807n],
    ['BIGINT', -9_223_372_036_854_775_808n],
    ['DOUBLE', 0.1],
    ['DOUBLE', Number.NaN],
    ['DOUBLE', Number.NEGATIVE_INFINITY],
    ['DECIMAL(4, 2)', price],
    ['STRING', 'grün 🚀 \0 nul'],
    ['STRING', ''],
    ['STRING', 'x'.repeat(100_000)],
    ['BYTES', bytes],
    ['BYTES', Buffer.alloc(0)],
    ['DATE', 19_000],
    ['DATE', -1],
    ['TIME', 86_399_999],
    ['TIMESTAMP', 1_700_000_000_123],
    ['TIMESTAMP', -1],
    ['ARRAY<BIGINT>', [1, null, 9_223_372_036_854_775_807n]],
    ['ARRAY<DOUBLE>', [1.5, Number.NaN, null]],
    [
      'MAP<STRING, BYTES>',
      new Map<SqlValue, SqlValue>([
        ['a', bytes],
        ['b', null],
      ]),
    ],
    ['MAP<INTEGER, DATE>', new Map<SqlValue, SqlValue>([[1, 19_000]])],
    ['STRUCT<`A` INTEGER, `b c` ARRAY<STRUCT<`T` TIMESTAMP>>>', [7, [[123], null]]],
  ])('of %s go in and out as they are', (type, value) => {
    const record = scalar(`x ${type}`, type, 'x');
    expect(given(record, value)).toEqual(value);
    expect(given(record, null)).toBeNull();
  });

  it.each<[string, SqlValue, string, string]>([
    ['BOOLEAN', true, 'typeof x', 'boolean'],
    ['BIGINT', 5, 'typeof x', 'number'],
    ['BIGINT', 9_007_199_254_740_993n, 'typeof x + x', 'bigint9007199254740993'],
    ['DECIMAL(4, 2)', price, 'typeof x + x', 'string12.50'],
    ['BYTES', bytes, 'x.constructor.name + x[2]', 'Uint8Array255'],
    ['DATE', 1, 'x.toISOString()', '1970-01-02T00:00:00.000Z'],
    ['TIME', 1, 'typeof x', 'number'],
    ['TIMESTAMP', 1, 'x.toISOString()', '1970-01-01T00:00:00.001Z'],
    ['ARRAY<STRING>', ['a', 'b'], 'x.map((e) => e + 1).join()', 'a1,b1'],
    ['MAP<STRING, INTEGER>', new Map([['a', 1]]), "x.constructor.name + x.get('a')", 'Map1'],
    ['STRUCT<`A` STRING, `B` STRING>', ['a', 'b'], 'x.A + x.B', 'ab'],
  ])('of %s are what JavaScript has for them', (type, value, source, text) => {
    expect(given(scalar(`x ${type}`, 'STRING', source), value)).toBe(text);
  });

  it.each<[string, string, SqlValue]>([
    ['INTEGER', '2.9', 2],
    ['INTEGER', '-2.9', -2],
    ['INTEGER', '7n', 7],
    ['BIGINT', '2n ** 62n', 2n ** 62n],
    ['BIGINT', '2 ** 62', 2n ** 62n],
    ['DOUBLE', '7n', 7],
    ['DECIMAL(4, 1)', '2.25', new Decimal(23n, 1)],
    ['DECIMAL(4, 1)', "'7'", new Decimal(70n, 1)],
    ['TIMESTAMP', '12.7', 12],
    ['DATE', "new Date('1970-01-02T23:00Z')", 1],
    ['ARRAY<INTEGER>', 'new Set([1, 2])', [1, 2]],
    ['MAP<STRING, INTEGER>', '({ a: 1 })', new Map([['a', 1]])],
    ['STRUCT<`A` INTEGER, `B` INTEGER>', '({ B: 2, C: 3 })', [null, 2]],
    ['STRING', 'undefined', null],
  ])('become %s: %s', (type, source, value) => {
    expect(given(scalar('', type, source))).toEqual(value);
  });

  it.each([
    ['INTEGER', "'7'", 'it gives a string where INTEGER is declared'],
    ['INTEGER', 'NaN', 'it gives NaN, which is no INTEGER'],
    ['INTEGER', '2 ** 31', 'it gives 2147483648, which is no INTEGER'],
    ['BIGINT', '2n ** 63n', 'it gives 9223372036854775808, which is no BIGINT'],
    ['BIGINT', 'Infinity', 'it gives Infinity, which is no BIGINT'],
    ['BOOLEAN', '1', 'it gives a number where BOOLEAN is declared'],
    ['STRING', '1', 'it gives a number where STRING is declared'],
    ['STRING', 'Symbol()', 'it gives a symbol where STRING is declared'],
    ['STRING', '({})', 'it gives an object where STRING is declared'],
    ['STRING', 'async () => "a"', 'it gives a Promise where STRING is declared'],
    ['DECIMAL(4, 2)', "'1e'", 'it gives 1e, which is no DECIMAL(4, 2)'],
    ['TIME', '86400000', 'it gives 86400000, which is no TIME'],
    ['TIMESTAMP', "new Date('never')", 'it gives NaN, which is no TIMESTAMP'],
    ['ARRAY<INTEGER>', "[1, 'b']", 'it gives a string at [1] where INTEGER is declared'],
    ['MAP<STRING, INTEGER>', '[1]', 'it gives an array where MAP<STRING, INTEGER> is declared'],
    [
      'STRUCT<`A` ARRAY<INTEGER>>',
      '({ A: [true] })',
      'it gives a boolean at .A[0] where INTEGER is declared',
    ],
  ])('that are no %s are told: %s', (type, source, message) => {
    expect(given(scalar('', type, source))).toBe(`thrown: ${message}`);
  });
});

describe('a function that does what it should not', () => {
  it.each([
    ['loops for ever', 'while (true);', /^time: it takes longer than 200 ms$/],
    ['loops in a regular expression', "return /^(a+)+$/.test('a'.repeat(50) + 'b');", /^time: /],
    ['catches and loops again', 'for (;;) { try { for (;;); } catch {} }', /^time: /],
    [
      'makes more and more',
      'const all = []; for (;;) all.push(new Array(1000).fill(7));',
      /^(memory|time): /,
    ],
    ['makes something large', 'return new Array(100000000).fill(7).length;', /array of 100000000 elements/],
    [
      'makes many bytes',
      'return new Uint8Array(1e9).length;',
      /^memory: it takes more memory than 4000000 bytes$/,
    ],
    ['makes a long text', "return 'x'.repeat(5e6).length;", /^memory: /],
    ['calls itself', 'const f = () => f() + 1; return f();', /^stack: it calls itself too deep$/],
    ['throws', "throw new TypeError('no');", /^thrown: TypeError: no$/],
    ['throws what is no error', 'throw { a: 1 };', /^thrown: \[object Object\]$/],
    ['throws what has no text', 'throw { toString() { throw 1; } };', /^thrown: it throws what has no text$/],
    ['throws a long text', "throw new Error('x'.repeat(100000));", /^thrown: Error: x{100,}$/],
    [
      'walks a length that is none',
      'return Array.prototype.indexOf.call({ length: 2 ** 53 }, 1);',
      /what is no array/,
    ],
    [
      'walks an array that is none',
      'return new Array(2 ** 32 - 1).indexOf(1);',
      /array of 4294967295 elements/,
    ],
    ...['forEach', 'map', 'filter', 'some', 'every', 'flatMap', 'find', 'findLastIndex'].map(
      (name): [string, string, RegExp] => [
        `walks an array that is none by ${name}`,
        `return new Array(2 ** 32 - 1).${name}((x) => x);`,
        /array of 4294967295 elements/,
      ],
    ),
    [
      'reduces an array that is none',
      'return new Array(2 ** 32 - 1).reduce((a) => a, 0);',
      /array of 4294967295 elements/,
    ],
    ['flattens an array that is none', 'return [new Array(2 ** 32 - 1)].flat().length;', /^time: /],
    ['appends an array that is none', 'return [].concat(new Array(2 ** 32 - 1)).length;', /^time: /],
    ['maps to an array that is none', 'return [1].flatMap(() => new Array(2 ** 32 - 1)).length;', /^time: /],
    ['walks a large array again and again', 'const a = new Array(9e6); for (;;) a.includes(1);', /^time: /],
    [
      'searches a long text again and again',
      "const s = 'x'.repeat(3e6); for (;;) s.indexOf('y');",
      /^time: /,
    ],
    [
      'searches for a long text',
      "const a = 'a'.repeat(1e6); return a.indexOf('a'.repeat(4e5) + 'b');",
      /a search for 400001 characters in 1000000/,
    ],
    [
      'joins a template that is none',
      'return String.raw({ raw: { length: 2 ** 53 } }).length;',
      /^(memory|time): /,
    ],
    [
      'writes down names that are none',
      'return JSON.stringify({}, new Array(2 ** 32 - 1)).length;',
      /a list of 4294967295 names/,
    ],
    ['reads JSON without end', "return JSON.parse('['.repeat(1e5)).length;", /stack overflow|too deep/],
  ])('%s', (_, source, failure) => {
    expect(given(scalar('', 'INTEGER', source))).toMatch(failure);
    // Nothing of it is left.
    expect(given(scalar('x INTEGER', 'INTEGER', 'x + 1'), 1)).toBe(2);
  });

  it('ends alone where it breaks the interpreter', () => {
    const nested = 'let x = []; for (let i = 0; i < 30000; i++) x = [x]; return JSON.stringify(x).length;';
    const other = new Sandbox(scalar('x INTEGER', 'INTEGER', 'x + 1'), limits);
    expect(given(scalar('', 'INTEGER', nested))).toMatch(/^(stack|time|memory): |stack overflow/);
    expect(given(scalar('x INTEGER', 'INTEGER', 'x + 1'), 1)).toBe(2);
    if (other.isOpen) expect(other.call(CALL, [1])).toBe(2);
    other.close();
  });

  it.each([
    ...['process', 'require', 'module', 'console', 'fetch', 'setTimeout', 'queueMicrotask', 'WebAssembly'],
    ...[
      'SharedArrayBuffer',
      'Atomics',
      'navigator',
      'Buffer',
      'Proxy',
      'performance',
      'structuredClone',
      'std',
      'os',
    ],
  ])('finds no %s', (name) => {
    expect(given(scalar('', 'STRING', `typeof ${name} + typeof globalThis.${name}`))).toBe(
      'undefinedundefined',
    );
    const made = `typeof (function () {}).constructor('return this')().${name}`;
    expect(given(scalar('', 'STRING', made))).toBe('undefined');
  });

  it('imports nothing', () => {
    const source = "return String(import('node:fs').constructor.name);";
    expect(given(scalar('', 'STRING', source))).toBe('Promise');
    expect(given(scalar('', 'STRING', "import 'node:fs'; return '';"))).toMatch(/^thrown: SyntaxError/);
  });

  it.each([
    ['[1, , 3].concat([4, , 6], 7, "8").length', 8],
    ['[1, , 3].concat([4, , 6], 7).map((x, i) => i).filter(() => true).join()', '0,2,3,5,6'],
    ['[1, [2, [3, [4]]], , 5].flat().length', 4],
    ['JSON.stringify([1, [2, [3, [4]]]].flat(Infinity))', '[1,2,3,4]'],
    ['[3, 4].flatMap((x, i, all) => [x, i, [all.length]]).join("|")', '3|0|2|4|1|2'],
    ['[1, 2].flatMap(function () { return this.a; }, { a: 7 }).join()', '7,7'],
    ['"a-b-c".split("-").length + "a-b-c".split(/-/).length', 6],
    ['"a1b1".split(1).join() + "a,b".split(",", 1)', 'a,b,a'],
    [
      '"aXbX".replace("X", "-") + "aXbX".replaceAll("X", (x, at) => at) + "aX".replace(/x/i, "$&$&")',
      'a-bXa1b3aXX',
    ],
    ['"abcabc".indexOf("c", 3) + "abcabc".lastIndexOf("c") + "abc".indexOf()', 9],
    ['"abc".includes("bc") + "," + "undefined".includes()', 'true,true'],
    ['"a".split({ [Symbol.split]: (text, limit) => [text, limit] }, 7).join()', 'a,7'],
    ['String.raw`a\\n${1}b${2}`', 'a\\n1b2'],
    ['JSON.stringify({ a: 1, b: 2 }, ["b"]) + JSON.stringify([1], null, 1)', '{"b":2}[\n 1\n]'],
    ['[3, 1, 2].sort((a, b) => a - b).reduce((a, b) => a + "," + b)', '1,2,3'],
  ])('has natives that do what they do elsewhere: %s', (source, value) => {
    const type = typeof value === 'number' ? 'INTEGER' : 'STRING';
    expect(given(scalar('', type, source))).toBe(value);
  });

  it('keeps its changes of intrinsics to itself', () => {
    const source = "Array.prototype.map = () => ['hacked']; JSON.parse = () => 7; return [1, 2];";
    expect(given(scalar('', 'ARRAY<INTEGER>', source))).toEqual([1, 2]);
    expect([1].map(String)).toEqual(['1']);
    expect(given(scalar('x ARRAY<INTEGER>', 'INTEGER', 'x.map((e) => e + 1)[0]'), [1])).toBe(2);
  });
});

it('is not called for a while after it ran out of its time, and is called again then', () => {
  const calls = new FunctionCalls(scalar('x INTEGER', 'INTEGER', 'while (x === 1); return x;'), {
    ...limits,
    callMsMax: 20,
  });
  expect(calls.call(CALL, [2])).toBe(2);
  expect(() => calls.call(CALL, [1])).toThrow('function F failed: it takes longer than 20 ms');
  expect(() => calls.call(CALL, [2])).toThrow('function F is not called: a call took longer than 20 ms');
  const deadline = performance.now() + 30_000;
  let value: SqlValue | undefined;
  while (value === undefined && performance.now() < deadline) {
    try {
      value = calls.call(CALL, [2]);
    } catch {
      // It pauses.
    }
  }
  expect(value).toBe(2);
});

it('calls one sandbox many times', () => {
  const sandbox = new Sandbox(scalar('x INTEGER; s STRING', 'STRING', 's.toUpperCase() + x'), limits);
  for (let x = 0; x < 5_000; x++)
    if (sandbox.call(CALL, [x, 'abc']) !== `ABC${x}`) throw new Error(`at ${x}`);
  sandbox.close();
});

describe('an aggregate function', () => {
  const aggregate = (source: string): UserFunctionRecord => ({
    ...{ kind: 'aggregate', name: 'A', language: 'JAVASCRIPT', source, version: 1 },
    ...{
      parameters: [{ name: 'x', type: 'DOUBLE' }],
      returns: 'DOUBLE',
      state: 'STRUCT<`N` BIGINT, `SUM` DOUBLE>',
    },
  });

  it('has the methods of its object', () => {
    const source = `({
      initialize: () => ({ N: 0, SUM: 0 }),
      aggregate: (s, x) => ({ N: s.N + 1, SUM: s.SUM + x }),
      merge: (a, b) => ({ N: a.N + b.N, SUM: a.SUM + b.SUM }),
      result: (s) => (s.N === 0 ? null : s.SUM / s.N),
    })`;
    const sandbox = new Sandbox(aggregate(source), limits);
    expect(sandbox.methods).toEqual(['initialize', 'aggregate', 'merge', 'result']);
    const empty = sandbox.call(METHOD.initialize, []);
    const one = sandbox.call(METHOD.aggregate, [empty, 4]);
    expect(one).toEqual([1, 4]);
    const both = sandbox.call(METHOD.merge, [one, sandbox.call(METHOD.aggregate, [one, 10])]);
    expect(both).toEqual([3, 18]);
    expect(sandbox.call(METHOD.result, [both])).toBe(6);
    expect(() => sandbox.call(METHOD.undo, [both, 1])).toThrow('no such method');
    sandbox.close();
  });

  it.each([
    ['42', 'it is a number and no object with the methods'],
    ['({ initialize() { return null; } })', 'it has no method aggregate'],
    ['({ initialize: 1, aggregate: 2 })', 'its initialize is a number and no function'],
  ])('is refused without them: %s', (source, message) => {
    expect(() => new Sandbox(aggregate(source), limits)).toThrow(message);
  });
});
