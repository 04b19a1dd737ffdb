import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { dumpManifest, loadManifest, type ManifestDocument } from './api/manifest.ts';
import type { KubernetesObject } from './api/object.ts';
import { validateStack } from './api/validate.ts';
import { offlineInput } from './desired/offline.ts';
import { intentKey } from './desired/revision.ts';
import { buildStack } from './desired/stack.ts';

const help = `Prints every object that the operator would apply for the stacks of the given files, in apply order.

  npm run -s render -- FILE…      - reads standard input

No cluster is asked: optional APIs are taken to be there and pods to be ready. A \`status\` in the file is believed, so
that a canary half-way is rendered as it is; ConfigMaps of revisions in the file are what older revisions were built from.
Errors go to standard error as \`file: path: CODE: message\`; the exit code is then 1.
`;

/** What rendering one text gave: YAML, or one line for each problem. */
export type Rendered = { readonly yaml: string; readonly problems: readonly string[] };

/** Renders every stack of a manifest; `file` stands in the problems. Nothing is printed for a text with a problem. */
export function render(file: string, manifest: string): Rendered {
  const documents = parse(manifest);
  if (typeof documents === 'string') {
    return { yaml: '', problems: [`${file}: -: ECS0000: is no YAML: ${documents}`] };
  }
  const records = documents.map(({ content }) => content).filter(isRecord);
  const stacks = documents.filter(({ content }) => !isRecord(content));
  if (stacks.length === 0) return { yaml: '', problems: [`${file}: -: ECS0000: holds no EcommerceStack`] };
  const results = stacks.map(({ index, content }) => ({ index, result: validateStack(content) }));
  const problems = results.flatMap(({ index, result }) =>
    result.ok
      ? []
      : result.problems.map(({ path, code, message }) => {
          const place = documents.length > 1 ? `[${index}].${path}` : path;
          return `${file}: ${place}: ${code}: ${message}`;
        }),
  );
  if (problems.length > 0) return { yaml: '', problems };
  const objects = results.flatMap(({ result }) =>
    result.ok ? buildStack(offlineInput(result.stack, records)) : [],
  );
  return { yaml: objects.map((object) => `---\n${dumpManifest(object)}`).join(''), problems: [] };
}

function parse(manifest: string): ManifestDocument[] | string {
  try {
    return loadManifest(manifest);
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}

/** Whether a document is the ConfigMap of a revision. */
function isRecord(content: unknown): content is KubernetesObject {
  if (typeof content !== 'object' || content === null) return false;
  const recorded: unknown = Reflect.get(content, 'data');
  return (
    Reflect.get(content, 'kind') === 'ConfigMap' &&
    typeof recorded === 'object' &&
    recorded !== null &&
    intentKey in recorded
  );
}

async function readManifest(file: string): Promise<Rendered> {
  try {
    return render(file, file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { yaml: '', problems: [`${file}: -: ECS0000: cannot be read: ${reason}`] };
  }
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  if (positionals.length === 0) {
    process.stderr.write(help);
    return 64;
  }
  let failed = false;
  for (const file of positionals) {
    const { yaml, problems } = await readManifest(file);
    process.stdout.write(yaml);
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    failed ||= problems.length > 0;
  }
  return failed ? 1 : 0;
}

if (import.meta.main) {
  // A reader that has seen enough (`render … | head`) closes the pipe; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  process.exitCode = await main(process.argv.slice(2));
}
