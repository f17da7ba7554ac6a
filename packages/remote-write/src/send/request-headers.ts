export interface RequestHeadersInput {
  /** `Limpet/<version>`. */
  readonly userAgent: string;
  /** `headers` of the configuration. */
  readonly configured: Readonly<Record<string, string>>;
  /** 0 for the first attempt of a batch. */
  readonly attempt: number;
  /** Whether the body is message 2.0. */
  readonly isV2: boolean;
}

/** The headers of one attempt, names in lower case; configured ones are set last (W-002, W-003). */
export function requestHeaders({ userAgent, configured, attempt, isV2 }: RequestHeadersInput): Record<string, string> {
  const headers: Record<string, string> = {
    'content-encoding': 'snappy',
    'content-type': isV2 ? 'application/x-protobuf;proto=io.prometheus.write.v2.Request' : 'application/x-protobuf',
    'user-agent': userAgent,
    'x-prometheus-remote-write-version': isV2 ? '2.0.0' : '0.1.0',
  };
  if (attempt > 0) headers['retry-attempt'] = String(attempt);
  for (const [name, value] of Object.entries(configured)) headers[name.toLowerCase()] = value;
  return headers;
}
