import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { answersWell } from './http-get.ts';
import { isAtLeast, releaseOf } from './peer-program.ts';
import type { Release } from './peer-program.ts';
import { startProgram } from './running-program.ts';
import type { RunningProgram } from './running-program.ts';
import { waitUntil } from '../wait-until.ts';

const LIMPET_MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
/** From the start of a program until it is ready, on a busy machine. */
const READY_DEADLINE_MS = 30_000;
/** Both take changes of their targets at most this often; upstream's default is 5 s. */
const RELOAD_INTERVAL = '1s';

/** A scrape agent that can be started: Limpet, or a release of Prometheus in agent mode. */
export interface SenderProgram {
  readonly name: string;
  /** What its User-Agent header begins with. */
  readonly userAgent: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Of a Prometheus. */
  readonly release: Release | undefined;
}

/** A running scrape agent. */
export interface Sender extends AsyncDisposable {
  readonly program: RunningProgram;
  readonly sender: SenderProgram;
  readonly folder: string;
  readonly address: string;
  readonly configPath: string;
  readonly writeConfig: (config: unknown) => Promise<void>;
  readonly isReady: () => Promise<boolean>;
}

/** Limpet from this working tree, run by this process' own Node. */
export const limpet: SenderProgram = {
  name: 'limpet',
  userAgent: 'Limpet/',
  command: process.execPath,
  args: ['--conditions=development', '--disable-warning=ExperimentalWarning', LIMPET_MAIN, 'run'],
  release: undefined,
};

/** A release of Prometheus in agent mode, with what 3.x has switched on by default switched on in 2.x too. */
export function prometheusAgent(command: string): SenderProgram {
  const release = releaseOf(command);
  const agent = isAtLeast(release, '3.0') ? '--agent' : '--enable-feature=agent';
  return { name: `prometheus ${release.text}`, userAgent: `Prometheus/${release.text}`, command, args: [agent], release };
}

export interface SenderStart {
  readonly sender: SenderProgram;
  /** An empty folder of its own. */
  readonly folder: string;
  /** Written as JSON, which YAML contains. */
  readonly config: unknown;
  readonly flags?: readonly string[];
}

/** Starts an agent and waits until it says that it is ready. */
export async function startSender({ sender, folder, config, flags = [] }: SenderStart): Promise<Sender> {
  await mkdir(folder, { recursive: true });
  const configPath = join(folder, 'prometheus.yml');
  const writeConfig = (content: unknown): Promise<void> =>
    replaceFile(configPath, typeof content === 'string' ? content : JSON.stringify(content, undefined, 1));
  await writeConfig(config);
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    ...sender.args,
    `--config.file=${configPath}`,
    `--storage.agent.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    `--scrape.discovery-reload-interval=${RELOAD_INTERVAL}`,
    ...flags,
  ];
  const program = startProgram({ name: sender.name, command: sender.command, args });
  const isReady = (): Promise<boolean> => answersWell(`http://${address}/-/ready`);
  try {
    await waitUntil({
      what: `${sender.name} to be ready`,
      until: () => !program.isRunning() || isReady(),
      timeoutMs: READY_DEADLINE_MS,
    });
    if (!program.isRunning()) throw new Error(`${sender.name} ended instead of getting ready`);
  } catch (error) {
    await program.stop();
    throw new Error(`${sender.name} did not start\n${program.output()}`, { cause: error });
  }
  return {
    program,
    sender,
    folder,
    address,
    configPath,
    writeConfig,
    isReady,
    [Symbol.asyncDispose]: async () => void (await program.stop()),
  };
}

/** Never lets half a file be seen. */
async function replaceFile(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
