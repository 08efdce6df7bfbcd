/** Names of fields and keys as generated code writes them. A plain `__proto__` would be the prototype of an object literal. */
export const keyCode = (name: string): string => `[${JSON.stringify(name)}]`;

/** Puts an entry into an object that is a map: keys come from records, and may be any text. */
export function putEntry(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
