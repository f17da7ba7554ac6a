import { parseConfig } from '@limpet/config';
import type { ScrapeConfig } from '@limpet/config';
import { ConfigFiles } from '../check/config-files.ts';
import { CommandError } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';
import { openInput, wholeText } from '../io/input.ts';
import type { WantedTarget } from './wanted-target.ts';

const AD_HOC_JOB = 'scrape';

/** The job of a configuration file under which something is scraped; the only one where none is named. */
export async function configuredJob(file: string, name: string | undefined, io: CommandIo): Promise<ScrapeConfig> {
  const text = await wholeText(openInput(file, io));
  const parsed = parseConfig({ file, text, env: io.env, files: new ConfigFiles(io.cwd) });
  if (!parsed.ok) throw new CommandError(`${file} cannot be used\n${parsed.error.print()}`, 1);
  const jobs = parsed.value.config.scrapeConfigs;
  const names = jobs.map(({ jobName }) => jobName).join(', ');
  const [first, ...more] = jobs;
  if (first === undefined) throw new CommandError(`${file} has no scrape_configs`, 1);
  if (name === undefined && more.length > 0) throw new CommandError(`--job is needed: ${file} has ${names}`, 2);
  const job = name === undefined ? first : jobs.find(({ jobName }) => jobName === name);
  if (job === undefined) throw new CommandError(`${file} has no job '${name}'; it has ${names}`, 1);
  return job;
}

/** A job with every default, for a target that no configuration knows. */
export function adHocJob({ scheme, path, params, user }: WantedTarget, name: string | undefined): ScrapeConfig {
  const job = {
    job_name: name ?? AD_HOC_JOB,
    ...(scheme === undefined ? {} : { scheme }),
    ...(path === undefined ? {} : { metrics_path: path }),
    ...(user === undefined ? {} : { basic_auth: { username: user.name, password: user.password } }),
    params,
  };
  // JSON is YAML: the job goes through the loader like any other
  const parsed = parseConfig({ file: '<command line>', text: JSON.stringify({ scrape_configs: [job] }) });
  if (!parsed.ok) throw new CommandError(parsed.error.message, 1);
  const [config] = parsed.value.config.scrapeConfigs;
  if (config === undefined) throw new CommandError('the command line makes no job', 1);
  return config;
}
