/** SQL functions: the built-in ones, the registry, and how to define more. */
export { builtInFunctions, builtInRegistry } from './built-in.ts';
export * from './definition.ts';
export {
  type FunctionRegistry,
  functionRegistry,
  type RegistryOptions,
  type ResolvedAggregate,
  type ResolvedScalar,
  type ResolvedTableFunction,
} from './registry.ts';
export { printSignature } from './signature.ts';
export { parametersOf } from './resolve.ts';
