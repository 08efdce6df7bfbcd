/**
 * A user's function as a plan holds it, which has functions of all types: that they fit one another is what the DSL's
 * signatures have checked.
 */
export type Erased<F extends (...args: never[]) => unknown> = {
  erased(...args: Parameters<F>): ReturnType<F>;
}['erased'];
