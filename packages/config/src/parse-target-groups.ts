import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { ConfigError, ConfigErrors } from './config-error.ts';
import { decode, list } from './decoder.ts';
import { jsonTargetGroups } from './json-target-groups.ts';
import { INVALID, Reading } from './reading.ts';
import { targetGroupBlock } from './target-group-block.ts';
import type { SourcelessTargetGroup } from './target-group-block.ts';

/** A file of target groups, or an answer that holds them. */
export interface TargetGroupsSource {
  /** Names the text in errors: a path or a URL without its password. */
  readonly file: string;
  readonly text: string;
  readonly format: 'yaml' | 'json';
}

const groupsDecoder = list(targetGroupBlock, 'nil target group item found');

/**
 * The target groups of a file or an answer, in order (C-103). An unknown field or a null group fails the whole
 * document (C-112); an empty YAML document has no groups. Never throws.
 */
export function parseTargetGroups(source: TargetGroupsSource): Result<readonly SourcelessTargetGroup[], ConfigErrors> {
  return source.format === 'json' ? parseJsonGroups(source) : parseYamlGroups(source);
}

function parseYamlGroups({ file, text }: TargetGroupsSource): Result<readonly SourcelessTargetGroup[], ConfigErrors> {
  const reading = new Reading(file, text, '.');
  const root = reading.parse();
  const groups = root === INVALID ? INVALID : decode(groupsDecoder, root);
  return groups === INVALID ? failed(new ConfigErrors(file, reading.errors(), { omittedCount: reading.omittedCount })) : succeeded(groups);
}

function parseJsonGroups({ file, text }: TargetGroupsSource): Result<readonly SourcelessTargetGroup[], ConfigErrors> {
  try {
    return succeeded(jsonTargetGroups(file, text));
  } catch (error) {
    if (error instanceof ConfigError) return failed(new ConfigErrors(file, [error], { format: 'JSON' }));
    throw error;
  }
}
