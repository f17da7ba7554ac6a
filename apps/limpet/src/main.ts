#!/usr/bin/env -S node --max-semi-space-size=8
// The flag keeps V8 from giving 128 MiB to young objects, for no gain in speed: more than all targets need.
import { liveIo } from './io/live-io.ts';
import { runProgram } from './program.ts';

process.exitCode = await runProgram(process.argv.slice(2), liveIo(), {
  run: async (options, io) => {
    const { runCommand } = await import('./command/run.ts');
    return runCommand(options, io);
  },
});
