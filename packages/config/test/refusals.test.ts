import test from 'node:test';
import { assertRefused } from './loading.ts';
import type { BadConfig } from './loading.ts';

const job = (fields: string): string => `scrape_configs:\n- job_name: a\n${fields}`;

/** One row a condition under which a file is refused; `§` marks where the error points. */
const ROWS: readonly BadConfig[] = [
  // Loading and types
  {
    name: 'C-002 an unknown field',
    text: job('  §consult_sd_configs: []'),
    words: 'field consult_sd_configs not found in type',
    path: 'scrape_configs[0].consult_sd_configs',
  },
  {
    name: 'C-002 an unknown field of global',
    text: 'global:\n  §nonexistent_field: test',
    words: 'field nonexistent_field not found in type',
    path: 'global.nonexistent_field',
  },
  {
    name: 'C-002 a section given twice',
    text: 'scrape_configs:\n- job_name: a\n§scrape_configs: []',
    words: 'field scrape_configs already set in type',
  },
  {
    name: 'C-002 a key of a free map given twice',
    text: job('  static_configs:\n  - labels: {b: 1, §b: 2}'),
    words: 'key "b" already set in map',
  },
  { name: 'C-005 a quoted boolean', text: job('  honor_labels: §"true"'), words: 'cannot unmarshal !!str `true` into bool' },
  { name: 'C-005 a number as a boolean', text: job('  honor_labels: §1'), words: 'cannot unmarshal !!int `1` into bool' },
  { name: 'C-005 a quoted number', text: job('  sample_limit: §"10"'), words: 'cannot unmarshal !!str `10` into uint' },
  {
    name: 'C-005 a negative number where there can be none',
    text: job('  sample_limit: §-1'),
    words: 'cannot unmarshal !!int `-1` into uint',
  },
  { name: 'C-005 a scalar for a list', text: job('  static_configs:\n  - targets: §localhost'), words: 'cannot unmarshal !!str' },
  {
    name: 'C-005 bad base64',
    text: job('  relabel_configs:\n  - {action: labelmap, regex: §!!binary YmFy@@}').replace('§!!binary ', '!!binary §'),
    words: '!!binary value contains invalid base64 data',
  },
  {
    name: 'C-006 a null scrape config',
    text: 'scrape_configs:\n-§',
    words: 'empty or null scrape config section',
    path: 'scrape_configs[0]',
  },
  { name: 'C-006 a null remote write config', text: 'remote_write:\n-§', words: 'empty or null remote write config section' },
  { name: 'C-006 a null target rule', text: job('  relabel_configs:\n  -§'), words: 'empty or null target relabeling rule' },
  { name: 'C-006 a null metric rule', text: job('  metric_relabel_configs:\n  -§'), words: 'empty or null metric relabeling rule' },
  {
    name: 'C-006 a null write rule',
    text: 'remote_write:\n- url: http://a\n  write_relabel_configs:\n  -§',
    words: 'empty or null relabeling rule in remote write config',
  },
  { name: 'C-006 a null static config', text: job('  static_configs:\n  -§'), words: 'empty or null section in static_configs' },
  { name: 'C-006 a null file discovery', text: job('  file_sd_configs: [§~]'), words: 'empty or null section in file_sd_configs' },
  { name: 'C-006 a null http discovery', text: job('  http_sd_configs: [§null]'), words: 'empty or null section in http_sd_configs' },
  { name: 'C-010 a duration without a unit', text: job('  scrape_interval: §15'), words: 'not a valid duration string' },
  { name: 'C-010 an unknown unit', text: job('  scrape_interval: §15q'), words: 'unknown unit "q" in duration' },
  { name: 'C-010 a duration that is too long', text: job('  scrape_interval: §300y'), words: 'duration out of range' },
  { name: 'C-010 an empty duration', text: job('  scrape_interval: §""'), words: 'empty duration string' },
  { name: 'C-012 a size without a unit', text: job('  body_size_limit: §100'), words: 'units: ' },
  { name: 'C-012 a unit in the wrong case', text: job('  body_size_limit: §10kB'), words: 'units: unknown unit' },
  {
    name: 'C-014 a regex with a look-around',
    text: job('  relabel_configs:\n  - {target_label: x, regex: §"(?=a)"}'),
    words: 'error parsing regexp',
    path: 'scrape_configs[0].relabel_configs[0].regex',
  },
  {
    name: 'C-014 a regex that is none',
    text: job('  relabel_configs:\n  - {target_label: x, regex: §abc(def}'),
    words: 'error parsing regexp',
  },
  {
    name: 'C-015 an external label under the legacy scheme',
    text: 'global:\n  metric_name_validation_scheme: legacy\n  external_labels: {not:allowed: §x}',
    words: '"not:allowed" is not a valid label name',
  },
  {
    name: 'C-015 an empty source label',
    text: job('  relabel_configs:\n  - {source_labels: [§""], target_label: x}'),
    words: '"" is not a valid label name',
  },
  {
    name: 'C-015 a null label name',
    text: job('  static_configs:\n  - labels: {§~: x}'),
    words: '"" is not a valid label name',
  },
  {
    name: 'C-015 a label name that is not UTF-8',
    text: job('  static_configs:\n  - labels: {!!binary §"/w==": x}'),
    words: 'is not a valid label name',
  },
  {
    name: 'C-016 a label value that is not UTF-8',
    text: 'global:\n  external_labels:\n    name: !!binary §"/w=="',
    words: 'is not a valid label value',
  },
  { name: 'C-017 a URL that is none', text: job('  proxy_url: §"http://a b"'), words: 'parse URL: invalid character in host name' },
  // Top level
  {
    name: 'C-020 alerting',
    text: 'alerting:\n  §alertmanagers: [{static_configs: []}]',
    words: 'field alerting is not allowed in agent mode',
  },
  {
    name: 'C-020 alerting with nothing but rules',
    text: 'alerting:\n  §alert_relabel_configs: [{action: drop}]',
    words: 'field alerting is not allowed in agent mode',
  },
  { name: 'C-020 rule files', text: 'rule_files: §[a.yml]', words: 'field rule_files is not allowed in agent mode' },
  { name: 'C-020 remote read', text: 'remote_read:\n§- url: http://a', words: 'field remote_read is not allowed in agent mode' },
  // Global
  {
    name: 'C-030 a global timeout above the interval',
    text: 'global:\n  scrape_interval: 10s\n  scrape_timeout: §11s',
    words: 'global scrape timeout greater than scrape interval',
  },
  { name: 'C-043 a bad protocol in global', text: 'global:\n  scrape_protocols: [§x]', words: 'for global config' },
  {
    name: 'C-045 an unknown validation scheme',
    text: 'global:\n  metric_name_validation_scheme: §UTF-8',
    words: 'unrecognized ValidationScheme',
  },
  {
    name: 'C-046 an unknown global escaping scheme',
    text: 'global:\n  metric_name_escaping_scheme: §x',
    words: 'unknown global name escaping method',
  },
  // Jobs
  { name: 'C-040 no job name', text: 'scrape_configs:\n- §scheme: http', words: 'job_name is empty', path: 'scrape_configs[0].job_name' },
  {
    name: 'C-040 a job name twice',
    text: 'scrape_configs:\n- job_name: a\n- job_name: §a',
    words: 'found multiple scrape configs with job name "a"',
  },
  {
    name: 'C-041 a timeout above the interval',
    text: job('  scrape_timeout: §61s'),
    words: 'scrape timeout greater than scrape interval for scrape config with job name "a"',
  },
  {
    name: 'C-043 no protocols',
    text: job('  scrape_protocols: §[]'),
    words: 'scrape_protocols cannot be empty for scrape config with job name "a"',
  },
  {
    name: 'C-043 a protocol twice',
    text: job('  scrape_protocols: [PrometheusProto, §prometheusproto]'),
    words: 'duplicated protocol in scrape_protocols',
  },
  {
    name: 'C-043 an unknown protocol',
    text: job('  scrape_protocols: [§prometheusproto]'),
    words:
      'unknown scrape protocol prometheusproto, supported: [OpenMetricsText0.0.1 OpenMetricsText1.0.0 PrometheusProto PrometheusText0.0.4 PrometheusText1.0.0]',
  },
  {
    name: 'C-043 an unknown fallback protocol',
    text: job('  fallback_scrape_protocol: §x'),
    words: 'invalid fallback_scrape_protocol for scrape config with job name "a": unknown scrape protocol x, supported: [',
  },
  {
    name: 'C-045 an unknown validation scheme of a job',
    text: job('  metric_name_validation_scheme: §x'),
    words: 'unrecognized ValidationScheme',
  },
  {
    name: 'C-047 UTF-8 names asked for under the legacy scheme',
    text: job('  metric_name_validation_scheme: legacy\n  metric_name_escaping_scheme: §allow-utf-8'),
    words: 'utf8 metric names requested but validation scheme is not set to UTF8',
  },
  {
    name: 'C-047 an unknown escaping scheme of a job',
    text: job('  metric_name_escaping_scheme: §x'),
    words: 'unknown scrape config name escaping method',
  },
  {
    name: 'C-048 a URL as a target',
    text: job('  static_configs:\n  - targets: [ok, §http://bad]'),
    words: '"http://bad" is not a valid hostname',
    path: 'scrape_configs[0].static_configs[0].targets[1]',
  },
  {
    name: 'C-050 a star in the middle of an included path',
    text: 'scrape_config_files: [§scrape_configs/*/*]',
    words: 'invalid scrape config file path',
  },
  // Discovery
  {
    name: 'C-101 a refresh interval of 0 for files',
    text: job('  file_sd_configs:\n  - files: [a.yml]\n    refresh_interval: §0'),
    words: 'refresh_interval must be greater than 0',
  },
  {
    name: 'C-101 a null refresh interval for http',
    text: job('  http_sd_configs:\n  - url: http://a\n    refresh_interval: §~'),
    words: 'refresh_interval must be greater than 0',
  },
  {
    name: 'no files to discover from',
    text: job('  file_sd_configs:\n  - §refresh_interval: 1m'),
    words: 'must contain at least one path name',
  },
  {
    name: 'a file to discover from that is neither YAML nor JSON',
    text: job('  file_sd_configs:\n  - files: [a.yml, §a.txt]'),
    words: 'is not valid for file discovery',
  },
  { name: 'no URL to discover from', text: job('  http_sd_configs:\n  - §refresh_interval: 1m'), words: 'URL is missing' },
  {
    name: 'a URL to discover from without a scheme',
    text: job('  http_sd_configs:\n  - url: §invalid'),
    words: "URL scheme must be 'http' or 'https'",
  },
  {
    name: 'a URL to discover from with another scheme',
    text: job('  http_sd_configs:\n  - url: §ftp://example.com'),
    words: "URL scheme must be 'http' or 'https'",
  },
  { name: 'a URL to discover from without a host', text: job('  http_sd_configs:\n  - url: §http://'), words: 'host is missing in URL' },
  { name: 'C-006 a null dns discovery', text: job('  dns_sd_configs: [§~]'), words: 'empty or null section in dns_sd_configs' },
  {
    name: 'C-130 no names to look up',
    text: job('  dns_sd_configs:\n  - §refresh_interval: 1m'),
    words: 'must contain at least one SRV record name',
  },
  {
    name: 'C-130 an empty list of names to look up',
    text: job('  dns_sd_configs:\n  - names: §[]'),
    words: 'must contain at least one SRV record name',
  },
  {
    name: 'C-130 a record type that names no targets',
    text: job('  dns_sd_configs:\n  - {names: [a], type: §txt, port: 80}'),
    words: 'invalid DNS-SD records type txt',
  },
  {
    name: 'C-130 C-004 a null record type',
    text: job('  dns_sd_configs:\n  - {names: [a], type: §~}'),
    words: 'invalid DNS-SD records type ',
  },
  ...['a', 'AAAA', 'Mx', 'ns'].map((type) => ({
    name: `C-130 records of type ${type} without a port`,
    text: job(`  dns_sd_configs:\n  - §names: [a]\n    type: ${type}`),
    words: 'a port is required in DNS-SD configs',
  })),
  {
    name: 'C-101 a refresh interval of 0 for dns',
    text: job('  dns_sd_configs:\n  - names: [a]\n    refresh_interval: §0'),
    words: 'refresh_interval must be greater than 0',
  },
  { name: 'C-006 a null docker discovery', text: job('  docker_sd_configs: [§~]'), words: 'empty or null section in docker_sd_configs' },
  { name: 'C-160 no host of Docker', text: job('  docker_sd_configs:\n  - §port: 80'), words: 'host missing' },
  { name: 'C-160 a null host of Docker', text: job('  docker_sd_configs:\n  - host: §~'), words: 'host missing' },
  { name: 'C-160 a host of Docker that is no URL', text: job('  docker_sd_configs:\n  - host: §"http://a b"'), words: 'parse URL: ' },
  {
    name: 'C-160 an unknown field of a filter',
    text: job('  docker_sd_configs:\n  - host: unix:///x\n    filters: [{name: a, §value: b}]'),
    words: 'field value not found in type',
  },
  {
    name: 'C-160 C-060 two authentications of Docker',
    text: job('  docker_sd_configs:\n  - {host: "http://x", basic_auth: {username: x}, authorization: §{credentials: y}}'),
    words: 'at most one of basic_auth, oauth2 & authorization',
  },
  {
    name: 'C-101 a refresh interval of 0 for Docker',
    text: job('  docker_sd_configs:\n  - host: unix:///x\n    refresh_interval: §0'),
    words: 'refresh_interval must be greater than 0',
  },
  { name: 'C-006 a null consul discovery', text: job('  consul_sd_configs: [§~]'), words: 'empty or null section in consul_sd_configs' },
  ...['~', '""', '"  "'].map((server) => ({
    name: `C-140 the server ${server} of Consul`,
    text: job(`  consul_sd_configs:\n  - server: §${server}`),
    words: 'requires a server address',
  })),
  ...['authorization: §{credentials: x}', 'oauth2: §{client_id: x, token_url: "http://x"}'].map((other) => ({
    name: `C-140 a token of Consul beside ${other.replace(/:.*/s, '')}`,
    text: job(`  consul_sd_configs:\n  - token: x\n    ${other}`),
    words: 'at most one of consul SD token',
  })),
  ...['username: x', 'password: x'].map((user) => ({
    name: `C-140 the ${user.replace(/:.*/s, '')} of Consul beside basic auth`,
    text: job(`  consul_sd_configs:\n  - ${user}\n    basic_auth: §{username: y}`),
    words: 'at most one of consul SD configuration username and password and basic auth',
  })),
  {
    name: 'C-140 C-060 the username of Consul beside an authorization',
    text: job('  consul_sd_configs:\n  - username: x\n    authorization: §{credentials: y}'),
    words: 'at most one of basic_auth, oauth2 & authorization',
  },
  {
    name: 'C-101 a refresh interval of 0 for Consul',
    text: job('  consul_sd_configs:\n  - refresh_interval: §0'),
    words: 'refresh_interval must be greater than 0',
  },
  {
    name: 'C-140 an unknown field of Consul',
    text: job('  consul_sd_configs:\n  - §service: x'),
    words: 'field service not found in type',
  },
  // HTTP clients
  {
    name: 'C-060 bearer token and file',
    text: job('  bearer_token: §x\n  bearer_token_file: y'),
    words: 'at most one of bearer_token & bearer_token_file',
  },
  {
    name: 'C-060 bearer token and basic auth',
    text: job('  bearer_token: x\n  basic_auth:\n    §username: y'),
    words: 'at most one of basic_auth, oauth2, bearer_token & bearer_token_file',
  },
  {
    name: 'C-060 bearer token and authorization',
    text: job('  bearer_token: x\n  authorization:\n    §credentials: y'),
    words: 'authorization is not compatible with bearer_token',
  },
  {
    name: 'C-060 basic auth and authorization',
    text: job('  basic_auth: {username: x}\n  authorization: §{credentials: y}'),
    words: 'at most one of basic_auth, oauth2 & authorization',
  },
  {
    name: 'C-060 basic auth and oauth2',
    text: job('  basic_auth: {username: x}\n  oauth2: §{client_id: y, token_url: http://z}'),
    words: 'at most one of basic_auth, oauth2 & authorization',
  },
  {
    name: 'C-060 two user names',
    text: job('  basic_auth: {username: §x, username_file: y}'),
    words: 'at most one of basic_auth username',
  },
  { name: 'C-060 two passwords', text: job('  basic_auth: {password: §x, password_file: y}'), words: 'at most one of basic_auth password' },
  {
    name: 'C-060 two credentials',
    text: job('  authorization: {credentials: §x, credentials_file: y}'),
    words: 'at most one of authorization credentials',
  },
  {
    name: 'C-060 basic as an authorization type',
    text: job('  authorization: {type: §" Basic"}'),
    words: 'authorization type cannot be set to "basic"',
  },
  {
    name: 'C-061 a reference to a secret manager',
    text: job('  basic_auth: {username: x, password_ref: §y}'),
    words: 'cannot use secret ref without manager',
  },
  { name: 'C-061 a CA of a secret manager', text: job('  tls_config: {ca_ref: §y}'), words: 'cannot use secret ref without manager' },
  {
    name: 'C-061 credentials of a secret manager',
    text: job('  authorization: {credentials_ref: §y}'),
    words: 'cannot use secret ref without manager',
  },
  { name: 'C-064 two CAs', text: job('  tls_config: {ca: §x, ca_file: y}'), words: 'at most one of ca, ca_file & ca_ref' },
  { name: 'C-064 two keys', text: job('  tls_config: {key: §x, key_file: y}'), words: 'at most one of key, key_file & key_ref' },
  { name: 'C-064 a certificate without a key', text: job('  tls_config: §{cert_file: x}'), words: 'exactly one of key or key_file' },
  { name: 'C-064 a key without a certificate', text: job('  tls_config: §{key_file: x}'), words: 'exactly one of cert or cert_file' },
  { name: 'C-064 an unknown TLS version', text: job('  tls_config: {min_version: §TLS14}'), words: 'unknown TLS version' },
  {
    name: 'C-066 a reserved header',
    text: job('  http_headers: {X-A: {values: [x]}, content-TYPE: §{values: [x]}}'),
    words: 'setting header "content-TYPE" is not allowed',
  },
  { name: 'C-069 no client id', text: job('  oauth2: §{token_url: http://a}'), words: 'oauth2 client_id must be configured' },
  { name: 'C-069 no token URL', text: job('  oauth2: §{client_id: a}'), words: 'oauth2 token_url must be configured' },
  {
    name: 'C-069 two client secrets',
    text: job('  oauth2: {client_id: a, token_url: http://a, client_secret: §x, client_secret_file: y}'),
    words: 'at most one of oauth2 client_secret',
  },
  {
    name: 'C-069 a signed assertion',
    text: job('  oauth2: {client_id: a, token_url: http://a, grant_type: §"urn:ietf:params:oauth:grant-type:jwt-bearer"}'),
    words: 'is not supported',
  },
  ...[
    'client_certificate_key',
    'client_certificate_key_file',
    'client_certificate_key_ref',
    'client_certificate_key_id',
    'signature_algorithm',
    'iss',
    'audience',
  ].map((field) => ({
    name: `C-069 ${field}, which only signed assertions have`,
    text: job(`  oauth2: {client_id: a, token_url: http://a, ${field}: §x}`),
    words: `oauth2 ${field} belongs to grant_type`,
  })),
  {
    name: 'C-069 a field of signed assertions',
    text: job('  oauth2: {client_id: a, token_url: http://a, claims: §{a: 1}}'),
    words: 'oauth2 claims belongs to grant_type',
  },
  {
    name: 'C-069 an unknown grant',
    text: job('  oauth2: {client_id: a, token_url: http://a, grant_type: §x}'),
    words: 'unsupported oauth2 grant_type "x"',
  },
  { name: 'a list of hosts without a proxy', text: job('  no_proxy: §x'), words: 'if no_proxy is configured' },
  {
    name: 'a proxy both given and from the environment',
    text: job('  proxy_from_environment: true\n  proxy_url: §http://x'),
    words: 'if proxy_from_environment is configured, proxy_url',
  },
  {
    name: 'hosts for a proxy from the environment',
    text: job('  proxy_from_environment: true\n  no_proxy: §x'),
    words: 'if proxy_from_environment is configured, no_proxy',
  },
  { name: 'headers for no proxy', text: job('  proxy_connect_header: §{a: [b]}'), words: 'if proxy_connect_header is configured' },
  // Relabelling
  ...[
    { name: 'no action', rule: 'action: §~', words: 'relabel action cannot be empty' },
    { name: 'an unknown action', rule: 'action: §x', words: 'unknown relabel action' },
    { name: 'hashmod without a modulus', rule: '§{action: hashmod, target_label: x}', words: 'requires non-zero modulus' },
    { name: 'hashmod without a target', rule: '§{action: hashmod, modulus: 8}', words: "requires 'target_label' value" },
    { name: 'replace without a target', rule: '§{source_labels: [a]}', words: "requires 'target_label' value" },
    {
      name: 'lowercase with a replacement',
      rule: '{action: lowercase, target_label: x, replacement: §a}',
      words: "'replacement' can not be set",
    },
    {
      name: 'uppercase with a replacement',
      rule: '{action: uppercase, target_label: x, replacement: §a}',
      words: "'replacement' can not be set",
    },
    { name: 'keepequal without a target', rule: '§{action: keepequal, source_labels: [a]}', words: "requires 'target_label' value" },
    {
      name: 'keepequal with a separator',
      rule: '{action: §keepequal, target_label: x, separator: a}',
      words: "requires only 'source_labels' and",
    },
    {
      name: 'dropequal with the default regex spelled out',
      rule: '{action: §dropequal, target_label: x, regex: (.*)}',
      words: "requires only 'source_labels' and",
    },
    {
      name: 'dropequal with a modulus',
      rule: '{action: §dropequal, target_label: x, modulus: 8}',
      words: "requires only 'source_labels' and",
    },
    { name: 'labeldrop with source labels', rule: '{action: §labeldrop, source_labels: [a]}', words: "requires only 'regex'" },
    { name: 'labeldrop with a target', rule: '{action: §labeldrop, target_label: a}', words: "requires only 'regex'" },
    { name: 'labelkeep with a modulus', rule: '{action: §labelkeep, modulus: 8}', words: "requires only 'regex'" },
    { name: 'labelkeep with a separator', rule: '{action: §labelkeep, separator: ","}', words: "requires only 'regex'" },
    { name: 'labelkeep with a replacement', rule: '{action: §labelkeep, replacement: x}', words: "requires only 'regex'" },
  ].map(({ name, rule, words }) => ({ name: `C-079 ${name}`, text: job(`  relabel_configs:\n  - ${rule}`), words })),
  {
    name: 'C-079 a target that the scheme of the job refuses',
    text: job('  metric_name_validation_scheme: legacy\n  metric_relabel_configs:\n  - {target_label: §a-b}'),
    words: "is invalid 'target_label'",
  },
  {
    name: 'C-079 a target that the scheme of global refuses',
    text: 'global: {metric_name_validation_scheme: legacy}\nremote_write:\n- url: http://a\n  write_relabel_configs:\n  - {target_label: §a-b}',
    words: "is invalid 'target_label'",
    path: 'remote_write[0].write_relabel_configs[0].target_label',
  },
  {
    name: 'C-079 labelmap to a name that the scheme refuses',
    text: job('  metric_name_validation_scheme: legacy\n  relabel_configs:\n  - {action: labelmap, replacement: §a-b}'),
    words: "is invalid 'replacement'",
  },
  // Remote write
  { name: 'W-083 no URL to write to', text: 'remote_write:\n- §name: a', words: 'url for remote_write is empty' },
  { name: 'a null URL to write to', text: 'remote_write:\n- url:§', words: 'url for remote_write is empty' },
  {
    name: 'two receivers of one name',
    text: 'remote_write:\n- {url: http://a, name: x}\n- {url: http://b, name: §x}',
    words: 'found multiple remote write configs with job name "x"',
  },
  {
    name: 'C-181 two equal receivers',
    text: 'remote_write:\n- {url: http://a}\n- §{url: http://a}',
    words: 'duplicate remote write configs are not allowed',
  },
  {
    name: 'an authorization header',
    text: 'remote_write:\n- {url: http://a, headers: {AuthoriZation: §x}}',
    words: 'authorization header must be changed via',
  },
  {
    name: 'W-083 a reserved header of remote write',
    text: 'remote_write:\n- {url: http://a, headers: {x-b: x, X-Prometheus-Remote-Write-Version: §x}}',
    words: 'is a reserved header',
  },
  {
    name: 'W-083 an unknown message',
    text: 'remote_write:\n- {url: http://a, protobuf_message: §x}',
    words: 'invalid protobuf_message value',
  },
  {
    name: 'W-005 C-080 two authentications',
    text: 'remote_write:\n- {url: http://a, sigv4: §{}, basic_auth: {username: x}}',
    words: 'at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam',
  },
  { name: 'C-081 a null queue', text: 'remote_write:\n- url: http://a\n  queue_config:§', words: 'capacity must be positive' },
  { name: 'C-081 no capacity', text: 'remote_write:\n- {url: http://a, queue_config: {capacity: §0}}', words: 'capacity must be positive' },
  {
    name: 'C-081 no samples in a request',
    text: 'remote_write:\n- {url: http://a, queue_config: {max_samples_per_send: §-1}}',
    words: 'max_samples_per_send must be positive',
  },
  {
    name: 'C-081 more shards at least than at most',
    text: 'remote_write:\n- {url: http://a, queue_config: {min_shards: §60}}',
    words: 'min_shards must not be greater than max_shards',
  },
  {
    name: 'C-081 a longer pause at least than at most',
    text: 'remote_write:\n- {url: http://a, queue_config: {min_backoff: 9s, max_backoff: §8s}}',
    words: 'max_backoff must not be less than min_backoff',
  },
];

for (const row of ROWS) {
  test(`${row.name} is refused at its place`, () => assertRefused(row));
}

const ABSENT = [
  'aws azure digitalocean dockerswarm ec2 ecs elasticache eureka gce hetzner ionos kuma lightsail',
  'linode marathon msk nerve nomad oci openstack outscale ovhcloud puppetdb rds scaleway serverset stackit triton uyuni vultr',
]
  .join(' ')
  .split(' ');

for (const mechanism of ABSENT) {
  test(`the mechanism ${mechanism} is refused by name and position, and taken where its list is empty`, () => {
    const field = `${mechanism}_sd_configs`;
    assertRefused({
      name: mechanism,
      text: job(`  §${field}: [{token: x}]`),
      words: `${field} is not built into Limpet yet`,
      path: `scrape_configs[0].${field}`,
    });
  });
}

for (const field of ['sigv4', 'azuread', 'google_iam']) {
  test(`the authentication ${field} is refused by name and position`, () => {
    assertRefused({ name: field, text: `remote_write:\n- url: http://a\n  ${field}: §{region: x}`, words: `${field} is not supported` });
  });
}
