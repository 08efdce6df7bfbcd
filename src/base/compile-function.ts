/**
 * Compiles code that was generated for a schema or an expression.
 * @param scope what the code may name, in a number that the schema or the user does not raise; names of its variables are the
 *   caller's, never a user's.
 * @param code a function's body in strict mode, which returns what is made.
 */
export function compileFunction<T>(scope: Readonly<Record<string, unknown>>, code: string): T {
  // oxlint-disable-next-line typescript/no-implied-eval -- callers put texts of users into quotes only
  return new Function(...Object.keys(scope), `"use strict";\n${code}`)(...Object.values(scope)) as T;
}
