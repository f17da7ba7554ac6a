// The one file that runs on the machine's own Node (20 or later), so plain JavaScript without dependencies.
// It brings pnpm and Node 24 from the registry, installs once, and hands the task over.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const CHECKS = ['//#lint', '//#format', '//#typecheck', '//#unused', '//#unit'];
const root = fileURLToPath(new URL('..', import.meta.url));
const onWindows = process.platform === 'win32';
const env = { ...process.env, DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1', npm_config_update_notifier: 'false' };
const [task = 'start', ...args] = process.argv.slice(2);

// Started by a pnpm of version 11 or later: use that one. Otherwise the pinned one, from npx's own cache.
const startedByPnpm = /^pnpm\/(1[1-9]|[2-9]\d)\./.test(process.env.npm_config_user_agent ?? '');

function pnpm(...words) {
  const [command, leading] = startedByPnpm ? ['pnpm', []] : ['npx', ['--yes', '--prefer-offline', PNPM]];
  const { status } = spawnSync(command, [...leading, ...words], { cwd: root, env, stdio: 'inherit', shell: onWindows });
  if (status !== 0) process.exit(status ?? 1);
}

/** The Node 24 that the lockfile brought, or the machine's own where none is published for its platform. */
function node24() {
  const linked = `${root}/node_modules/.bin/node`;
  return existsSync(linked) ? linked : process.execPath;
}

/** Runs a program in the foreground; every signal reaches it once and it never outlives this process. */
function handOver(script, flags = []) {
  const child = spawn(node24(), [...flags, `${root}/${script}`, ...args], { stdio: 'inherit', env, cwd: process.env.INIT_CWD ?? root });
  let isStopping = false;
  const pass = (signal) => {
    isStopping ||= signal === 'SIGTERM';
    child.kill(signal);
  };
  process.on('SIGINT', () => (isStopping = true)); // the terminal has already sent it to the child
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, pass);
  const parent = process.ppid; // npm's shell does not pass signals on: notice that it is gone
  setInterval(() => process.ppid !== parent && !isStopping && pass('SIGTERM'), 500).unref();
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

pnpm('install', '--frozen-lockfile', '--config.minimumReleaseAge=0', '--reporter=append-only', '--loglevel=warn');
if (task === 'start' || task === 'bench') {
  const built = task === 'start' ? ['--filter=@limpet/web', '--filter=@limpet/line-template'] : ['--filter=@limpet/line-template'];
  pnpm('exec', 'turbo', 'run', 'build', ...built, '--output-logs=errors-only', '--log-prefix=none');
  // as the first line of main.ts has it
  if (task === 'start') handOver('apps/limpet/src/main.ts', ['--max-semi-space-size=8']);
  else handOver('apps/bench/src/main.ts');
} else {
  pnpm('exec', 'turbo', 'run', ...(task === 'test' ? CHECKS : [task]), '--continue', '--log-order=grouped', ...args);
}
