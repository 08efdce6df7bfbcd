/**
 * Compiles code that was generated for a schema or an expression.
 * @param scope what the code may name; names of its variables are the caller's, never a user's.
 * @param code a function's body, which returns what is made.
 */
export function compileFunction<T>(scope: Readonly<Record<string, unknown>>, code: string): T {
  // oxlint-disable-next-line typescript/no-implied-eval -- callers put texts of users into quotes only
  return new Function(...Object.keys(scope), code)(...Object.values(scope)) as T;
}
