/** What a provider tells the discovery manager: an update waits in the table. */
export interface ProviderNotice {
  readonly type: 'providerUpdate';
  readonly provider: string;
  readonly rev: number;
}
