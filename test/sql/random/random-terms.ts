import type { Random } from './random.ts';

/** A row of the random sources: whole numbers and a text, each of which may be missing. */
export interface Facts {
  readonly i: number | null;
  readonly j: number | null;
  readonly s: string | null;
}

/** SQL, and what it means over a row by an evaluator of its own. It throws where ksqlDB's evaluation does. */
export interface Term<T> {
  readonly sql: string;
  readonly of: (row: Facts) => T;
}

type NumberTerm = Term<number | null>;

class Fails extends Error {}

/** Arithmetic on what is missing fails, as unboxing a null does in Java. */
const there = (value: number | null): number => {
  if (value === null) throw new Fails('null');
  return value;
};

/** The value, or null where its evaluation fails: of a column, or of an argument. */
export function orNull<T>(term: Term<T>, row: Facts): T | null {
  try {
    return term.of(row);
  } catch (error) {
    if (error instanceof Fails) return null;
    throw error;
  }
}

/** Whether a row passes: one for which the condition fails does not. */
export function passes(term: Term<boolean>, row: Facts): boolean {
  return orNull(term, row) === true;
}

const CONSTANTS = [0, 1, 2, 3, 7, -1, -5, 100, 2_147_483_647] as const;

/** A whole number of 32 bits. */
export function numberTerm(random: Random, depth = 3): NumberTerm {
  const leaf = depth === 0 || random.chance(0.3);
  if (leaf) {
    const value = random.of(CONSTANTS);
    return random.of<NumberTerm>([
      { sql: 'I', of: ({ i }) => i },
      { sql: 'J', of: ({ j }) => j },
      { sql: String(value), of: () => value },
    ]);
  }
  const [a, b] = [numberTerm(random, depth - 1), numberTerm(random, depth - 1)];
  const arithmetic = (operator: string, apply: (x: number, y: number) => number): NumberTerm => ({
    sql: `(${a.sql} ${operator} ${b.sql})`,
    of: (row) => apply(there(a.of(row)), there(b.of(row))),
  });
  const notZero = (y: number): number => {
    if (y === 0) throw new Fails('/ by zero');
    return y;
  };
  switch (random.below(8)) {
    case 0:
      return arithmetic('+', (x, y) => (x + y) | 0);
    case 1:
      return arithmetic('-', (x, y) => (x - y) | 0);
    case 2:
      return arithmetic('*', Math.imul);
    case 3:
      return arithmetic('/', (x, y) => Math.trunc(x / notZero(y)) | 0);
    case 4:
      return arithmetic('%', (x, y) => (x % notZero(y)) | 0);
    case 5:
      return { sql: `COALESCE(${a.sql}, ${b.sql})`, of: (row) => orNull(a, row) ?? orNull(b, row) };
    case 6:
      return { sql: `NULLIF(${a.sql}, ${b.sql})`, of: (row) => nullIf(orNull(a, row), orNull(b, row)) };
    default: {
      const when = truthTerm(random, depth - 1);
      return {
        sql: `CASE WHEN ${when.sql} THEN ${a.sql} ELSE ${b.sql} END`,
        of: (row) => (when.of(row) ? a.of(row) : b.of(row)),
      };
    }
  }
}

function nullIf(a: number | null, b: number | null): number | null {
  return a === b ? null : a;
}

const COMPARISONS: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  '=': (x, y) => x === y,
  '<>': (x, y) => x !== y,
  '<': (x, y) => x < y,
  '<=': (x, y) => x <= y,
  '>': (x, y) => x > y,
  '>=': (x, y) => x >= y,
};

/** A condition. A comparison with what is missing is false. */
export function truthTerm(random: Random, depth = 3): Term<boolean> {
  if (depth > 0 && random.chance(0.4)) {
    const [p, q] = [truthTerm(random, depth - 1), truthTerm(random, depth - 1)];
    return random.of<Term<boolean>>([
      { sql: `(${p.sql} AND ${q.sql})`, of: (row) => p.of(row) && q.of(row) },
      { sql: `(${p.sql} OR ${q.sql})`, of: (row) => p.of(row) || q.of(row) },
      { sql: `(NOT ${p.sql})`, of: (row) => !p.of(row) },
    ]);
  }
  const inner = Math.max(0, depth - 2);
  const [a, b] = [numberTerm(random, inner), numberTerm(random, inner)];
  const text = random.of(['red', 'green', 'blue']);
  switch (random.below(6)) {
    case 0:
      return { sql: `(S = '${text}')`, of: ({ s }) => s === text };
    case 1:
      return { sql: `(S IN ('${text}', 'grey'))`, of: ({ s }) => s === text };
    case 2:
      return { sql: '(I IS NULL)', of: ({ i }) => i === null };
    case 3:
      return { sql: '(I IS DISTINCT FROM J)', of: ({ i, j }) => i !== j };
    default: {
      const [operator, holds] = random.of(Object.entries(COMPARISONS));
      return {
        sql: `(${a.sql} ${operator} ${b.sql})`,
        of: (row) => {
          const [x, y] = [a.of(row), b.of(row)];
          return x !== null && y !== null && holds(x, y);
        },
      };
    }
  }
}
