import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A scrape agent that can be put under load. */
export interface AgentCommand {
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
}

export interface AgentPlaces {
  readonly configFile: string;
  readonly folder: string;
  readonly sinkUrl: string;
}

/** Limpet, as `limpet run` starts it. */
export function limpetCommand({ configFile, folder }: AgentPlaces): AgentCommand {
  const main = fileURLToPath(new URL('../../../limpet/src/main.ts', import.meta.url));
  const words = [main, 'run', `--config.file=${configFile}`, `--storage.agent.path=${folder}`, '--web.listen-address=127.0.0.1:0'];
  return { name: 'limpet', program: process.execPath, words: [...words, '--log.level=warn'] };
}

/** The peers that this machine has: `$PROMETHEUS_BIN` or `prometheus`, `$VMAGENT_BIN` or `vmagent`. */
export function peers(): ((places: AgentPlaces) => AgentCommand)[] {
  const prometheus = installed(process.env['PROMETHEUS_BIN'] ?? 'prometheus');
  const vmagent = installed(process.env['VMAGENT_BIN'] ?? 'vmagent');
  return [
    ...(prometheus === undefined ? [] : [(places: AgentPlaces) => prometheusCommand(prometheus, places)]),
    ...(vmagent === undefined ? [] : [(places: AgentPlaces) => vmagentCommand(vmagent, places)]),
  ];
}

interface Installed {
  readonly program: string;
  /** `''` where the program does not name it. */
  readonly version: string;
}

/** Agent mode is a flag of its own since 3.0. */
function prometheusCommand({ program, version }: Installed, { configFile, folder }: AgentPlaces): AgentCommand {
  const mode = version.startsWith('2.') ? '--enable-feature=agent' : '--agent';
  const words = [mode, `--config.file=${configFile}`, `--storage.agent.path=${folder}`, '--web.listen-address=127.0.0.1:0'];
  return { name: `prometheus ${version}`, program, words: [...words, '--log.level=warn'] };
}

/** Newer versions would speak a protocol of their own to receivers that they take for their kin; older ones lack the flag. */
const FORCE_PROMETHEUS_PROTOCOL = 'remoteWrite.forcePromProto';

function vmagentCommand({ program, version }: Installed, { configFile, folder, sinkUrl }: AgentPlaces): AgentCommand {
  const words = [
    `-promscrape.config=${configFile}`,
    '-promscrape.config.strictParse=false',
    `-remoteWrite.url=${sinkUrl}`,
    ...(knowsFlag(program, FORCE_PROMETHEUS_PROTOCOL) ? [`-${FORCE_PROMETHEUS_PROTOCOL}=true`] : []),
    `-remoteWrite.tmpDataPath=${folder}`,
    '-httpListenAddr=127.0.0.1:0',
    '-loggerLevel=WARN',
  ];
  return { name: `vmagent ${version}`.trimEnd(), program, words };
}

/** The program and its version; `undefined` where it does not run. */
function installed(program: string): Installed | undefined {
  const { stdout, stderr, status } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return { program, version: /(?:version |v)(\d+\.\d+\.\d+)/.exec(`${stdout}${stderr}`)?.[1] ?? '' };
}

function knowsFlag(program: string, flag: string): boolean {
  const { stdout, stderr } = spawnSync(program, ['-help'], { encoding: 'utf8' });
  return `${stdout}${stderr}`.includes(flag);
}
