import { compileFunction } from '../../base/compile-function.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';

/** A compiled piece of an expression: JavaScript that evaluates it, and what is known of the result. */
export interface Code {
  /** A JavaScript expression; its operator binds at least as tightly as a call. */
  readonly js: string;
  /** False when the result is never null. */
  readonly nullable: boolean;
  /**
   * A null result stands for an exception that ksqlDB's Java code would have thrown (arithmetic on null): where null and
   * exception differ, {@link definite} turns it into one.
   */
  readonly strict: boolean;
}

/** Code whose result may be null, and means it. */
export function plainCode(js: string): Code {
  return { js, nullable: true, strict: false };
}

/** Code of a condition, which is never null. */
export function truth(js: string): Code {
  return { js, nullable: false, strict: false };
}

/** Thrown, once made and without a stack, for arithmetic or logic on null. */
const NULL_OPERAND = new TypeError('operand is null');

function throwNull(): never {
  throw NULL_OPERAND;
}

/** Throws; for conversions of constants that fail, which must fail for each row and not while compiling. */
function fail(message: string): never {
  throw new RangeError(message);
}

interface Frame {
  readonly temps: string[];
}

/** Collects what a generated function consists of: captured values, temporaries, inner functions. */
export class CodeBuilder {
  readonly #captured = new Map<unknown, string>();
  readonly #functions: string[] = [];
  readonly #frames: Frame[] = [];
  #names = 0;

  /** A name for a value that the generated code uses. */
  capture(value: unknown): string {
    let name = this.#captured.get(value);
    if (name === undefined) {
      name = this.fresh('k');
      this.#captured.set(value, name);
    }
    return name;
  }

  fresh(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  /** A local variable of the function being generated. */
  temp(): string {
    const name = this.fresh('t');
    this.#frames.at(-1)?.temps.push(name);
    return name;
  }

  /** Generates a function's body with temporaries of its own. */
  frame<T>(generate: () => T): { readonly result: T; readonly declarations: string } {
    const frame: Frame = { temps: [] };
    this.#frames.push(frame);
    try {
      const result = generate();
      return { result, declarations: frame.temps.length === 0 ? '' : `let ${frame.temps.join(', ')};` };
    } finally {
      this.#frames.pop();
    }
  }

  /** Adds a function of the generated module and answers its name. */
  addFunction(source: (name: string) => string): string {
    const name = this.fresh('f');
    this.#functions.push(source(name));
    return name;
  }

  /** Evaluates the generated module, whose last statement returns what is wanted. */
  evaluate<T>(returned: string): T {
    const scope = Object.fromEntries([...this.#captured].map(([value, name]) => [name, value]));
    return compileFunction<T>(scope, `${this.#functions.join('\n')}\nreturn ${returned};`);
  }
}

/** The code of a value known while compiling. */
export function constantCode(builder: CodeBuilder, value: SqlValue): Code {
  return { js: literal(builder, value), nullable: value === null, strict: false };
}

function literal(builder: CodeBuilder, value: SqlValue): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `(${value}n)`;
    case 'number':
      return Object.is(value, -0) ? '(-0)' : `(${value})`;
    case 'boolean':
      return String(value);
    default:
      return value === null ? 'null' : builder.capture(value);
  }
}

/** Code that throws for each row. */
export function failingCode(builder: CodeBuilder, message: string): Code {
  return plainCode(`${builder.capture(fail)}(${JSON.stringify(message)})`);
}

/** The code with a null result turned into an exception, where it stands for one. */
export function definite(builder: CodeBuilder, code: Code): Code {
  return code.strict && code.nullable ? required(builder, code) : code;
}

/** The code with a null result turned into an exception: for operands of AND, OR and NOT. */
export function required(builder: CodeBuilder, code: Code): Code {
  if (!code.nullable) return code;
  return { ...code, js: `(${code.js} ?? ${builder.capture(throwNull)}())`, nullable: false, strict: false };
}

/**
 * Applies an operation to operands; null when one of them is.
 * @param whenNull what there is instead when an operand is null.
 */
export function apply(
  builder: CodeBuilder,
  operands: readonly Code[],
  operation: (operands: readonly string[]) => string,
  whenNull = 'null',
): string {
  const checks: string[] = [];
  const names = operands.map((operand) => {
    if (!operand.nullable) return operand.js;
    const temp = builder.temp();
    checks.push(`(${temp} = ${operand.js}) == null`);
    return temp;
  });
  const result = operation(names);
  return checks.length === 0 ? `(${result})` : `(${checks.join(' || ')} ? ${whenNull} : ${result})`;
}
