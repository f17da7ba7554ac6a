import assert from 'node:assert/strict';
import test from 'node:test';
import { configErrorAt } from './error-at.ts';

const text = `scrape_configs:
  - job_name: first
  - job_name: node
    basic_auth:
      password: hidden-word
      username_file: user.txt
    static_configs:
      - targets: [a:1, b/c]
`;
const fault = { file: 'prometheus.yml', text, code: 'LIMPET_CONFIG_VALUE', message: 'is wrong' } as const;
const job = ['scrape_configs', { field: 'job_name', value: 'node' }] as const;

test('a fault found later gets the place, the path and the frame of what it is about', () => {
  const error = configErrorAt({ ...fault, steps: [...job, 'static_configs', 0, 'targets', 1] });
  assert.equal(error?.summary, 'prometheus.yml:8:24: is wrong (the reference of the configuration says which values the field takes)');
  assert.equal(error?.path, 'scrape_configs[job_name="node"].static_configs[0].targets[1]');
  assert.match(error?.frame ?? '', /> 8 \|.*b\/c/);
});

test('a field that is not there stands for the mapping that lacks it', () => {
  const error = configErrorAt({ ...fault, steps: [...job, 'basic_auth', 'password_file'] });
  assert.match(error?.summary ?? '', /^prometheus\.yml:5:7: is wrong \(/);
});

test('frames of faults found later show no secret', () => {
  const error = configErrorAt({ ...fault, steps: [...job, 'basic_auth', 'username_file'] });
  assert.match(error?.frame ?? '', /user\.txt/);
  assert.doesNotMatch(error?.frame ?? '', /hidden-word/);
});

test('an item that is not in the file has no place there', () => {
  assert.equal(configErrorAt({ ...fault, steps: ['scrape_configs', { field: 'job_name', value: 'other' }] }), undefined);
  assert.equal(configErrorAt({ ...fault, text: 'a: [', steps: ['a'] }), undefined);
});
