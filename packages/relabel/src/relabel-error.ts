/** What is wrong with a relabelling rule, in the words that Prometheus uses. `cause` holds the regex engine's refusal. */
export class RelabelError extends Error {
  override readonly name = 'RelabelError';
  readonly code = 'LIMPET_RELABEL';
}
