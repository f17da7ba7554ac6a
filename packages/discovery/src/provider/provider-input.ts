/** With what a provider actor is started: its name; everything else is in the table. */
export interface ProviderInput {
  readonly provider: string;
}
