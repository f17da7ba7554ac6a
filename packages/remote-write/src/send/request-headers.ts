export interface RequestHeadersInput {
  /** `Limpet/<version>`. */
  readonly userAgent: string;
  /** `headers` of the configuration. */
  readonly configured: Readonly<Record<string, string>>;
  /** 0 for the first attempt of a batch. */
  readonly attempt: number;
}

/** The headers of one attempt, names in lower case; configured ones are set last (W-002, W-003). */
export function requestHeaders({ userAgent, configured, attempt }: RequestHeadersInput): Record<string, string> {
  const headers: Record<string, string> = {
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'user-agent': userAgent,
    'x-prometheus-remote-write-version': '0.1.0',
  };
  if (attempt > 0) headers['retry-attempt'] = String(attempt);
  for (const [name, value] of Object.entries(configured)) headers[name.toLowerCase()] = value;
  return headers;
}
