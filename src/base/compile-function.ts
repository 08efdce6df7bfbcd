/**
 * Compiles code that was generated for a schema or an expression.
 * @param scope what the code may name; names of its variables are the caller's, never a user's. They come as elements of one
 *   array, since a call takes tens of thousands of arguments at most, and are `var`, since a `const` is checked for being
 *   initialised wherever an inner function reads it.
 * @param code a function's body in strict mode, which returns what is made.
 */
export function compileFunction<T>(scope: Readonly<Record<string, unknown>>, code: string): T {
  const names = Object.keys(scope).map((name, index) => `${name} = $scope[${index}]`);
  const declarations = names.length === 0 ? '' : `var ${names.join(', ')};\n`;
  // oxlint-disable-next-line typescript/no-implied-eval -- callers put texts of users into quotes only
  return new Function('$scope', `"use strict";\n${declarations}${code}`)(Object.values(scope)) as T;
}
