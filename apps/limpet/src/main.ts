#!/usr/bin/env node
import { liveIo } from './io/live-io.ts';
import { runProgram } from './program.ts';

process.exitCode = await runProgram(process.argv.slice(2), liveIo(), {
  run: async (options, io) => {
    const { runCommand } = await import('./command/run.ts');
    return runCommand(options, io);
  },
});
