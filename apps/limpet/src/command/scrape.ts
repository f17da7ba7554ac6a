import { scrapeOnce } from '@limpet/agent';
import { CommandError, EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';
import { ResultLines } from '../io/result-lines.ts';
import { adHocJob, configuredJob } from '../scrape/choose-job.ts';
import { chooseTarget, knownGroups } from '../scrape/choose-target.ts';
import { scrapeJson, scrapeText } from '../scrape/scrape-report.ts';
import { wantedTarget } from '../scrape/wanted-target.ts';
import { limpetVersion } from '../version.ts';

/** The command line of `limpet scrape`, understood. */
export interface ScrapeCommandOptions {
  readonly target: string;
  readonly configFile: string | undefined;
  readonly job?: string;
  readonly format: 'text' | 'json';
}

/** Scrapes one target once, as the agent would, and prints what it would append. Exits with 1 where the target is down. */
export async function scrapeCommand({ target: text, configFile, job, format }: ScrapeCommandOptions, io: CommandIo): Promise<number> {
  const wanted = wantedTarget(text);
  if (configFile !== undefined && wanted.user !== undefined) {
    throw new CommandError('with --config.file the credentials are those of the job, not of the URL', 2);
  }
  const config = configFile === undefined ? adHocJob(wanted, job) : await configuredJob(configFile, job, io);
  const target = chooseTarget(wanted, config, await knownGroups(config, io.cwd));
  const result = await scrapeOnce({ config, target, version: limpetVersion() });
  if (!result.ok) throw new CommandError(`the HTTP client of job '${config.jobName}' cannot be opened: ${result.error.message}`, 1);
  const lines = new ResultLines(io);
  const report = { job: config.jobName, target, scraped: result.value };
  for (const line of format === 'json' ? scrapeJson(report) : scrapeText(report)) await lines.add(line);
  await lines.flush();
  return result.value.error === undefined ? EXIT.ok : EXIT.failure;
}
