import { parseTargetGroups } from '@limpet/config';
import { groupText } from './group-text.ts';
import { runProviderContract } from './provider-contract.ts';
import { ScriptedFiles } from './scripted-files.ts';
import { ScriptedHttp } from './scripted-http.ts';
import { fileSection, httpSection, staticSection } from './sections.ts';

const URL = 'http://sd.test/targets';

runProviderContract({
  name: 'static',
  neverChanges: 'static groups are part of the configuration',
  makeProvider(clock, initial) {
    return {
      config: staticSection(...initial),
      ports: { files: new ScriptedFiles(), openHttpClient: new ScriptedHttp(clock).open, parseTargetGroups },
      show() {},
      fail() {},
      noticeMs: 0,
      openCount: () => 0,
    };
  },
});

runProviderContract({
  name: 'file',
  makeProvider(clock, initial) {
    const files = new ScriptedFiles();
    files.texts.set('/sd/a.json', groupText(initial));
    const write = (text: string): void => {
      files.texts.set('/sd/a.json', text);
      files.touch();
    };
    return {
      config: fileSection('/sd/*.json'),
      ports: { files, openHttpClient: new ScriptedHttp(clock).open, parseTargetGroups },
      show: (world) => write(groupText(world)),
      fail: () => write('[{"targets": ["half wri'),
      noticeMs: 0,
      openCount: () => files.watcherCount,
    };
  },
});

runProviderContract({
  name: 'http',
  makeProvider(clock, initial) {
    const http = new ScriptedHttp(clock);
    http.answers.set(URL, { text: groupText(initial), delayMs: 20 });
    return {
      config: httpSection(URL),
      ports: { files: new ScriptedFiles(), openHttpClient: http.open, parseTargetGroups },
      show: (world) => http.answers.set(URL, { text: groupText(world), delayMs: 20 }),
      fail: () => http.answers.set(URL, { status: 500 }),
      noticeMs: 60_050,
      openCount: () => http.openCount,
    };
  },
});
