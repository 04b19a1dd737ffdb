/**
 * Records what blueprint v1 renders. To be run when a blueprint is published, and never for one that is: a stack keeps
 * its blueprint, so another record means that an upgrade restarts pods.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderedByV1 } from './rendering.ts';

const file = join(import.meta.dirname, 'rendered-v1.json');
writeFileSync(file, `${JSON.stringify(renderedByV1(), undefined, 2)}\n`);
