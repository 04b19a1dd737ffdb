import { auditFiles } from './audit.ts';
import { chartFiles } from './chart.ts';
import { codeFiles } from './codes.ts';
import { conditionFiles } from './conditions.ts';
import { crdFiles } from './crds.ts';
import { referenceFiles } from './reference.ts';
import { runtimeApiFiles } from './runtime-api.ts';

/**
 * Makes files from tables: path below the root to text. A generator may read what an earlier one wrote, so the
 * order of the list counts.
 */
export type Generator = (root: string) => Record<string, string>;

/** Every generator. `npm run generate` writes their files, `npm run verify` compares them. */
export const generators: readonly Generator[] = [
  crdFiles,
  referenceFiles,
  codeFiles,
  conditionFiles,
  auditFiles,
  chartFiles,
  runtimeApiFiles,
];
