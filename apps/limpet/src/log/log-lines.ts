/** One log line as pino writes it. */
type LogRecord = Readonly<Record<string, unknown>>;

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** Turns pino's JSON into `time=… level=… msg="…" key=value …`, as Prometheus prints it. */
export function logfmtLine(json: string): string {
  const { time, level, msg, pid: _pid, hostname: _host, ...fields } = JSON.parse(json) as LogRecord;
  const head = `time=${String(time)} level=${(LEVELS[Number(level)] ?? String(level)).toUpperCase()} msg=${quoted(String(msg))}`;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${quoted(typeof value === 'string' ? value : JSON.stringify(value))}`);
  return `${head}${rest.join('')}\n`;
}

/** Quoted only where the bare text would be misread. */
function quoted(text: string): string {
  return /^[^\s"=\\]+$/.test(text) ? text : JSON.stringify(text);
}
