import { isNotFound } from '@ecommercestack/controller-runtime';
import { loadManifest } from '../../../operator/src/api/manifest.ts';
import { validateStack } from '../../../operator/src/api/validate.ts';
import { render } from '../../../operator/src/render.ts';
import type { Request } from '../arguments.ts';
import { type Connection, connect, resourceOf } from '../connection.ts';
import { type ExitCode, exitCodes, notFound, usage } from '../exit.ts';
import { adviceOnSpec, type Finding, finding, liveFindings } from '../findings.ts';
import { readManifest } from '../manifest.ts';
import { readPicture, readStack, readStacks } from '../picture.ts';
import { secretNames } from '../secrets.ts';
import type { StackSeen } from '../seen.ts';
import { structured, type Terminal } from '../terminal.ts';
import { clean } from '../view/clean.ts';
import { stackView } from '../view/stack.ts';

/** `analyze [NAME] [-f FILE] [--live]`: 0 without an error; warnings are printed and are none. */
export async function analyze(request: Request, terminal: Terminal): Promise<ExitCode> {
  const fromFile = request.get('filename') !== undefined;
  if (fromFile && request.operands.length > 0) throw usage('analyze takes a NAME or -f FILE, not both');
  const findings = clean(fromFile ? await ofFile(request) : await ofCluster(request));
  const form = request.get('output') ?? 'text';
  if (form === 'json' || form === 'yaml') terminal.out(structured(form, { items: findings }));
  else terminal.out(toText(findings, terminal));
  return findings.some(({ severity }) => severity === 'Error') ? exitCodes.degraded : exitCodes.healthy;
}

async function ofFile(request: Request): Promise<Finding[]> {
  const { file, text } = await readManifest(request);
  const refused = render(file, text).problems.map(toFinding);
  if (refused.length > 0) return refused;
  const stacks = loadManifest(text).flatMap(({ content }) => {
    const judged = validateStack(content);
    return judged.ok ? [judged.stack as unknown as StackSeen] : []; // valid, as read from a cluster
  });
  const found = stacks.flatMap((stack) => adviceOnSpec(stack, file));
  if (!request.has('live')) return found;
  const connection = await connect(request);
  const live = await Promise.all(stacks.map((stack) => beforeApplying(connection, stack, file)));
  return [...found, ...live.flat()];
}

/** `file: path: CODE: message`, as render says it. */
function toFinding(problem: string): Finding {
  const [where = '', path = '', code = '', ...message] = problem.split(': ');
  return { code, severity: 'Error', where, path, message: message.join(': '), remedy: '' };
}

async function ofCluster(request: Request): Promise<Finding[]> {
  const connection = await connect(request);
  const [name] = request.operands;
  const stacks =
    name === undefined
      ? await readStacks(connection, request.has('all-namespaces'))
      : [await readStack(connection, name)];
  if (stacks.length === 0) throw notFound(`there is no EcommerceStack in namespace ${connection.namespace}`);
  const found = await Promise.all(
    stacks.map(async (stack) => {
      const where = `${stack.metadata.namespace}/${stack.metadata.name}`;
      const view = stackView(await readPicture(connection, stack), Date.now());
      return [...adviceOnSpec(stack, where), ...liveFindings(view)];
    }),
  );
  return found.flat();
}

/** What only the cluster can tell about a file: whether its Secrets and its namespace are there to be used. */
async function beforeApplying(connection: Connection, stack: StackSeen, file: string): Promise<Finding[]> {
  const here = { client: connection.client, namespace: stack.metadata.namespace ?? connection.namespace };
  const others = (await readStacks(here, false)).filter(
    ({ metadata }) => metadata.name !== stack.metadata.name,
  );
  const missing = await Promise.all(
    secretNames(stack).map(async ({ name, path }) => ({ name, path, state: await secretState(here, name) })),
  );
  return [
    ...others
      .slice(0, 1)
      .map(({ metadata }) =>
        finding(
          'ECS1102',
          file,
          'metadata.namespace',
          `${here.namespace} belongs to the stack ${metadata.name}`,
        ),
      ),
    ...missing
      .filter(({ state }) => state === 'Missing')
      .map(({ name, path }) =>
        finding('ECS1101', file, path, `Secret ${name} does not exist in namespace ${here.namespace}`),
      ),
    ...missing
      .filter(({ state }) => state === 'Unseen')
      .map(({ name, path }) => finding('ECS1011', file, path, `Secret ${name} may not be looked at`)),
  ];
}

/** Only metadata is asked for: the content is nobody's business here. */
async function secretState(
  { client, namespace }: Connection,
  name: string,
): Promise<'There' | 'Missing' | 'Unseen'> {
  try {
    await client.get(resourceOf('Secret'), { name, namespace }, { metadataOnly: true });
    return 'There';
  } catch (error) {
    return isNotFound(error) ? 'Missing' : 'Unseen';
  }
}

function toText(findings: readonly Finding[], { paint }: Terminal): string {
  const lines = findings.flatMap(({ code, severity, where, path, message, remedy = '' }) => [
    `${where}: ${path}: ${paint(severity === 'Error' ? 'red' : 'yellow', `${severity} ${code}`)}: ${message}`,
    ...(remedy === '' ? [] : [paint('dim', `  ${remedy}`)]),
  ]);
  const errors = findings.filter(({ severity }) => severity === 'Error').length;
  const counted = [count(errors, 'error'), count(findings.length - errors, 'warning')].join(', ');
  return [...lines, counted].map((line) => `${line}\n`).join('');
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
