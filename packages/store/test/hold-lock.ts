import { lockFolder } from '../src/folder-lock.ts';

// Locks the folder named by the argument, says how that went, and holds on to it until it is killed.
const locked = lockFolder(process.argv[2] ?? '');
process.stdout.write(`${locked.ok ? 'locked' : locked.error.code}\n`);
setInterval(() => {}, 60_000);
