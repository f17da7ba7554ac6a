import type { ConfigErrorCode } from './config-error.ts';

type Hint = string | ((message: RegExpExecArray) => string);

/** What to do about a problem, by the words of its message; the first that fits counts. */
const BY_MESSAGE: readonly (readonly [RegExp, Hint])[] = [
  // Types and structure
  [/ into u?int$/, 'write a whole number without quotes; it may not be negative where it counts something'],
  [/ into bool$/, 'write true or false without quotes'],
  [/ into a list$/, 'write a list: one item a line behind "- ", or [a, b]'],
  [/base64/, 'the text behind !!binary is base64: check for characters cut off or added'],
  [/^field (\S+) already set/, ([, field]) => `merge both into one ${field}`],
  [/already set in map/, 'keep one of the two; of equal keys only one can count'],
  [
    /^empty or null (?:target|metric|relabeling)|relabeling rule/,
    'write the rule, as {source_labels: [a], regex: b, action: keep}, or take the "-" away',
  ],
  [/^empty or null/, 'fill the entry in, or take the "-" away'],
  // Values that are written in a form of their own
  [/duration/, 'a duration is numbers with units from large to small, as 15s, 1m30s or 2h; units are y w d h m s ms'],
  [/^units: /, 'a size is a number with a unit, as 10MB or 512KiB; units are B KB MB GB TB PB EB, in this spelling'],
  [
    /^error parsing regexp/,
    'patterns are those of RE2: no look-around and no back-references; write \\\\ for a backslash within double quotes',
  ],
  [
    /is not a valid label name|invalid '(?:target_label|replacement)'/,
    'a label name is letters, digits and _, and begins with no digit; other names need metric_name_validation_scheme: utf8',
  ],
  [/is not a valid label value/, 'the value has to be UTF-8'],
  [/is not a valid hostname/, 'a target is host:port; the path belongs into metrics_path, the scheme into scheme'],
  [/^unknown TLS version/, 'one of TLS10, TLS11, TLS12, TLS13'],
  [/^unrecognized ValidationScheme/, 'one of utf8, legacy'],
  [/name escaping method/, 'one of allow-utf-8, underscores, dots, values'],
  [
    /^unknown relabel action/,
    'one of replace, lowercase, uppercase, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep',
  ],
  [/unknown scrape protocol/, 'names of protocols are spelled exactly as in the list of those supported'],
  [/^duplicated protocol/, 'name each protocol once; their order is that of preference'],
  [/^scrape_protocols cannot be empty/, 'leave scrape_protocols out for the default, or name at least one'],
  [/^invalid scrape config file path/, 'a pattern may have * in the last part of the path only'],
  [/is not valid for file discovery/, 'the name ends in .json, .yml or .yaml, with * only in its last part'],
  [/^invalid protobuf_message/, 'leave it out for prometheus.WriteRequest'],
  [/^unsupported oauth2 grant_type/, 'leave it out for client_credentials'],
  // The listeners
  [/bcrypt hash/, 'make the hash with htpasswd -nBC 10 USER, and quote it'],
  [/^HTTP header .* can not be configured/, 'take the header away: only a few headers of security can be set'],
  [/^missing one of/, 'the server needs a certificate and its key, each as text or as a file'],
  [/client CA's have been/, 'set client_auth_type to say what clients have to show'],
  // URLs
  [/^URL is missing|^url for remote_write is empty/, 'write the whole URL, as http://host:port/path'],
  [/URL scheme must be/, 'begin the URL with http:// or https://'],
  [/host is missing in URL/, 'write the whole URL, host included, as http://host:port/path'],
  [/^parse URL/, 'check the URL for blanks and characters that have to be escaped'],
  // Jobs
  [/^job_name is empty/, 'every job has a job_name of its own'],
  [/^found multiple scrape configs/, 'rename one of the jobs: the name is the label job of its series'],
  [/^found multiple remote write configs/, 'rename one of the receivers, or leave names out'],
  [/scrape timeout greater than scrape interval/, 'lower scrape_timeout or raise scrape_interval: a scrape ends before the next begins'],
  [/^utf8 metric names requested/, 'set metric_name_validation_scheme: utf8 as well, or another escaping scheme'],
  [/^refresh_interval must/, 'leave it out for the default, or write a duration as 30s'],
  [/DNS-SD config must contain/, 'name what to look up, as names: [_web._tcp.example.org]'],
  [/^a port is required in DNS-SD/, 'add port: only SRV records bring one'],
  [/file service discovery config must contain/, 'name files, as files: [targets/*.json]'],
  [/^host missing$/, 'name the daemon, as host: unix:///var/run/docker.sock or host: http://host:2375'],
  [/^consul SD configuration requires/, 'leave server out for localhost:8500, or write host:port'],
  // Kubernetes
  [/^role missing/, 'add role: it says what becomes a target'],
  [
    /^cannot use '(\S+)' and '(\S+)' simultaneously/,
    ([, one, other]) => `keep ${one} or ${other}: each finds the API server in its own way`,
  ],
  [/^cannot use a custom HTTP client/, 'take the fields of the HTTP client away: the kubeconfig file has its own'],
  [/'api_server' URL explicitly/, 'add api_server, or take the fields of the HTTP client away: in a cluster the service account is used'],
  [/^duplicated selector role/, 'join both selectors with a comma'],
  [/role supports only .* selectors$/, 'selectors are of the objects that the section looks at'],
  [/^invalid selector/, 'as in kubectl: --selector a=b,c!=d,e in (f,g) for label, --field-selector a.b=c for field'],
  [/^the kubeconfig has no/, 'kubectl config view shows which contexts, clusters and users there are'],
  [/^cluster .* has no server$/, 'add server, the URL of the API server'],
  // Relabelling
  [/^relabel action cannot be empty/, 'leave action out for replace'],
  [/requires non-zero modulus/, 'add modulus, the number that the hash is divided by'],
  [/requires 'target_label' value/, 'add target_label, the label that the result goes into'],
  [/'replacement' can not be set/, 'take replacement away: this action makes its own value'],
  [/requires only/, 'take the other fields away, those that have their default value too'],
  // Authentication and proxies
  [/^at most one of|is not compatible with/, 'keep one of them and take the others away'],
  [/^exactly one of/, 'a client certificate and its key come together: give both, each as text or as a file'],
  [/^authorization type cannot be/, 'move user and password into basic_auth'],
  [/^oauth2 (client_id|token_url) must/, ([, field]) => `add ${field} to oauth2`],
  [/^oauth2 \S+ belongs to/, 'take it away: it means nothing for client_credentials'],
  [/^if no_proxy is/, 'add proxy_url, or take no_proxy away'],
  [/^if proxy_connect_header is/, 'add proxy_url or proxy_from_environment: true'],
  [/^if proxy_from_environment is/, 'either the environment decides or the file does: keep one'],
  [/^authorization header must be/, 'use one of these fields in place of the header'],
  [/is a reserved header|^setting header/, 'take the header away: Limpet sets it itself'],
  // Remote write
  [/must be positive/, 'leave it out for the default, or write a number above 0'],
  [/^min_shards must/, 'lower min_shards or raise max_shards'],
  [/^max_backoff must/, 'raise max_backoff or lower min_backoff'],
  [/is not allowed in agent mode/, 'take it away: an agent only scrapes and sends, and evaluates nothing'],
];

/** What to do where nothing more is known than the kind of the problem. */
const BY_CODE: Readonly<Record<ConfigErrorCode, string>> = {
  LIMPET_CONFIG_SYNTAX: 'check quotes, colons and the indentation here and on the line above; tabs may not indent',
  LIMPET_CONFIG_UNKNOWN_FIELD: 'check the spelling and the indentation: the field may belong to another block',
  LIMPET_CONFIG_DUPLICATE_FIELD: 'keep one of the two',
  LIMPET_CONFIG_TYPE: 'another kind of value belongs here: look at quotes and indentation',
  LIMPET_CONFIG_VALUE: 'the reference of the configuration says which values the field takes',
  LIMPET_CONFIG_EMPTY: 'fill it in, or take the entry away',
  LIMPET_CONFIG_CONFLICT: 'change one of the two places that contradict each other',
  LIMPET_CONFIG_NOT_SUPPORTED: 'leave it out',
  LIMPET_CONFIG_LIMIT: 'split the file with scrape_config_files, or use fewer aliases and levels',
  LIMPET_CONFIG_FILE: 'check that the file exists and may be read',
};

/** What to do about a problem of which the place that found it does not say more. */
export function hintOf(code: ConfigErrorCode, message: string): string {
  for (const [pattern, hint] of BY_MESSAGE) {
    const match = pattern.exec(message);
    if (match !== null) return typeof hint === 'string' ? hint : hint(match);
  }
  return BY_CODE[code];
}
