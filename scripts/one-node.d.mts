export const PURE_TESTS: readonly string[];
export const TESTS_OF_DOCS: readonly string[];
export const onOneNode: readonly string[];
