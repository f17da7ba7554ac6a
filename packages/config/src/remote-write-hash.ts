import { hash } from 'node:crypto';
import { remoteWriteYaml } from './format-remote-write.ts';
import type { RemoteWriteConfig } from './remote-write-config.ts';
import { yamlText } from './yaml-text.ts';

/** MD5 of a receiver's YAML form, in which secrets are masked: a new secret keeps the queue (C-181). */
export function remoteWriteHash(config: Omit<RemoteWriteConfig, 'hash'>): string {
  return hash('md5', yamlText(remoteWriteYaml({ ...config, hash: '' })));
}
