import type { ScrapedOnce, ScrapedSample } from '@limpet/agent';
import { formatFloat, histogramJson } from '@limpet/exposition';
import { histogramText, labelsText } from '@limpet/model';
import type { Target } from '@limpet/scrape';
import { labelSetJson } from '../command/label-set-json.ts';

/** A scrape and whose it was. */
export interface ReportedScrape {
  readonly job: string;
  readonly target: Target;
  readonly scraped: ScrapedOnce;
}

/** A scrape for people: outcome, phases, report series, samples. */
export function* scrapeText({ target, scraped }: ReportedScrape): Iterable<string> {
  const { error, bodyBytes, contentType, phases, samples } = scraped;
  yield `${target.url} ${labelsText(target.publicLabels)}`;
  yield error === undefined ? `up: ${bodyBytes} bytes of ${contentType ?? 'nothing'}` : `down: ${error}`;
  yield '';
  yield '# phases';
  for (const [name, ms] of Object.entries(phases)) yield `${name.replace(/Ms$/, '').padEnd(8)}${ms.toFixed(3).padStart(10)} ms`;
  yield '';
  yield '# report series';
  for (const sample of samples) if (sample.isReport) yield sampleText(sample);
  yield '';
  yield '# samples';
  for (const sample of samples) if (!sample.isReport) yield sampleText(sample);
}

function sampleText({ labels, value, histogram, timestampMs, hasOwnTimestamp }: ScrapedSample): string {
  return `${labelsText(labels)} ${histogram === undefined ? formatFloat(value) : histogramText(histogram)}${hasOwnTimestamp ? ` ${timestampMs}` : ''}`;
}

/** A scrape for programs, one JSON object a line: the scrape itself, then its samples, then its report series. */
export function* scrapeJson({ job, target, scraped }: ReportedScrape): Iterable<string> {
  const { error, bodyBytes, contentType, phases, samples } = scraped;
  const health = error === undefined ? 'up' : 'down';
  const outcome = { health, error: error ?? null, bodyBytes, contentType: contentType ?? null, phases };
  const head = `"entry":"scrape","job":${JSON.stringify(job)},"url":${JSON.stringify(target.url)}`;
  yield `{${head},"labels":${labelSetJson(target.publicLabels)},${JSON.stringify(outcome).slice(1)}`;
  for (const sample of samples) yield sampleJson(sample);
}

function sampleJson({ labels, value, histogram, timestampMs, isReport, exemplars }: ScrapedSample): string {
  const entry = isReport ? 'report' : histogram === undefined ? 'sample' : 'histogram';
  const content = histogram === undefined ? `"value":${JSON.stringify(formatFloat(value))}` : `"histogram":${histogramJson(histogram)}`;
  const head = `"entry":"${entry}","labels":${labelSetJson(labels)},${content},"timestamp":${timestampMs}`;
  const texts = exemplars.map(
    (exemplar) =>
      `{"labels":${labelSetJson(exemplar.labels)},"value":${JSON.stringify(formatFloat(exemplar.value))},"timestamp":${exemplar.timestampMs ?? null}}`,
  );
  return `{${head},"exemplars":[${texts.join(',')}]}`;
}
