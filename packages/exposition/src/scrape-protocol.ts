const TEXT = 'text/plain';
const OPENMETRICS = 'application/openmetrics-text';
const PROTOBUF = 'application/vnd.google.protobuf';

/** The media types that a response can be recognised by; versions and other parameters are never consulted (E-005). */
export type MediaType = typeof TEXT | typeof OPENMETRICS | typeof PROTOBUF;

/** Protocols as the configuration names them, each with the media type that is offered (E-001). */
const OFFERED = {
  PrometheusProto: `${PROTOBUF};proto=io.prometheus.client.MetricFamily;encoding=delimited`,
  'PrometheusText0.0.4': `${TEXT};version=0.0.4`,
  'PrometheusText1.0.0': `${TEXT};version=1.0.0`,
  'OpenMetricsText0.0.1': `${OPENMETRICS};version=0.0.1`,
  'OpenMetricsText1.0.0': `${OPENMETRICS};version=1.0.0`,
} as const;

/** A protocol that a scrape can ask for, spelled as in `scrape_protocols`. */
export type ScrapeProtocol = keyof typeof OFFERED;
/** How a target is asked to write names that are not legacy names (E-004). */
export type EscapingScheme = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

/** Protocols whose offer says how names are to be escaped. */
const ESCAPABLE: ReadonlySet<ScrapeProtocol> = new Set(['PrometheusText1.0.0', 'OpenMetricsText1.0.0']);
/** Weight of the first offer in tenths: one more than there are protocols, however few are offered. */
const FIRST_TENTHS = Object.keys(OFFERED).length + 1;

/** The media type that a body in this protocol has, for `fallback_scrape_protocol`. */
export function mediaTypeOf(protocol: ScrapeProtocol): MediaType {
  if (protocol === 'PrometheusProto') return PROTOBUF;
  return protocol.startsWith('OpenMetrics') ? OPENMETRICS : TEXT;
}

/** The media type of that name, if a response may have it; `name` in lower case. */
export function mediaTypeNamed(name: string): MediaType | undefined {
  return name === TEXT || name === OPENMETRICS || name === PROTOBUF ? name : undefined;
}

/**
 * The Accept header of a scrape: the protocols in the given order with falling weights, then anything else (E-003, S-106).
 * Source: Prometheus 3.14, scrape/scrape.go, acceptHeader.
 */
export function acceptHeader(protocols: readonly ScrapeProtocol[], escaping: EscapingScheme): string {
  const offers = protocols.map((protocol, index) => {
    const escapingParameter = ESCAPABLE.has(protocol) ? `;escaping=${escaping}` : '';
    return `${OFFERED[protocol]}${escapingParameter};q=${weight(index)}`;
  });
  return [...offers, `*/*;q=${weight(protocols.length)}`].join(',');
}

function weight(index: number): string {
  return ((FIRST_TENTHS - index) / 10).toFixed(1);
}
