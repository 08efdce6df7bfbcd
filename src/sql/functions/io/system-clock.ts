/** The system's clock, for registries that are given no other. */
export function systemNowMs(): number {
  return Date.now();
}
