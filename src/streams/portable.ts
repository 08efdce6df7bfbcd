/** Where something that JSON cannot hold is found again: by the module that exports it, and its name there. */
export interface ModuleExport {
  readonly module: string;
  readonly export: string;
  /** What the exported function was given to make it; undefined where it is the export itself. */
  readonly arguments?: readonly unknown[];
}

/** The module of what this package itself has. */
export const OWN_MODULE = 'millrace/streams';

const known = new WeakMap<object, ModuleExport>();

/**
 * Makes the functions and serdes that a module exports nameable: where a topology uses them, its JSON form says where
 * they are found, so that another thread or process can have the same.
 *
 * @param module - The URL of the module, or the name of a package's entry.
 * @param exports - The module, as `import * as` has it.
 * @returns what it was given
 * @example
 * import * as steps from './steps.js';
 * portable(new URL('./steps.js', import.meta.url).href, steps);
 */
export function portable<T extends object>(module: string, exports: T): T {
  for (const [name, value] of Object.entries(exports)) {
    const isNameable = typeof value === 'function' || (typeof value === 'object' && value !== null);
    if (isNameable) known.set(value, Object.freeze({ module, export: name }));
  }
  return exports;
}

/** Makes what a function of this package has made nameable: by the function, and what it was given. */
export function madeBy<T extends object>(name: string, given: readonly unknown[], made: T): T {
  known.set(made, Object.freeze({ module: OWN_MODULE, export: name, arguments: given }));
  return made;
}

/** Where a function or a serde is exported, as far as {@link portable} was told. */
export function exportOf(value: object): ModuleExport | undefined {
  return known.get(value);
}
