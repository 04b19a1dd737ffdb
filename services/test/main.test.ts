import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

function start(args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function end(child: ChildProcess) {
  const [code, output, errors] = await Promise.all([
    once(child, 'exit').then(([status]) => status as number | null),
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
  ]);
  return { code, output, errors };
}

async function* linesOf(child: ChildProcess): AsyncGenerator<Record<string, unknown>> {
  if (child.stdout === null) return;
  // The log is one JSON object a line.
  for await (const line of createInterface({ input: child.stdout }))
    yield JSON.parse(line) as Record<string, unknown>;
}

/** Reads the log until all these messages have come, in whatever order, and answers their lines. */
async function until(lines: AsyncGenerator<Record<string, unknown>>, ...messages: string[]) {
  const found = new Map<unknown, Record<string, unknown>>();
  while (!messages.every((message) => found.has(message))) {
    const next = await lines.next();
    if (next.done === true) throw new Error(`the log ended before "${messages.join('" and "')}"`);
    found.set(next.value['message'], next.value);
  }
  return messages.map((message) => found.get(message) ?? {});
}

// Each test starts processes, on a machine that may be busy with others.
const patience = { timeout: 60_000 };

describe('the command line', patience, () => {
  test('a name that no service has: exit 64 and the names there are', async () => {
    const { code, errors } = await end(start(['prodcut']));
    expect(code).toBe(64);
    expect(errors).toContain('prodcut');
    expect(errors).toContain('user, product, cart');
  });

  test('no name: exit 64 and the help', async () => {
    const { code, errors } = await end(start([]));
    expect({ code, errors }).toEqual({
      code: 64,
      errors: expect.stringContaining('npm run service -- NAME'),
    });
  });

  test('help for all, and the variables of one', async () => {
    const all = await end(start(['--help']));
    expect({ code: all.code, output: all.output }).toEqual({
      code: 0,
      output: expect.stringContaining('storefront'),
    });
    const one = await end(start(['product', '--help']));
    expect({ code: one.code, output: one.output }).toEqual({
      code: 0,
      output: expect.stringContaining('SEED_DEMO'),
    });
  });

  test('a variable that is missing: exit 64, its name and an example', async () => {
    const { code, errors } = await end(start([], { SERVICE: 'order' }));
    expect(code).toBe(64);
    expect(errors).toContain('DATABASE_URL is missing');
    expect(errors).toContain('Example: KAFKA_BROKERS=');
  });
});

describe('a process', patience, () => {
  test('listens, answers, and ends with 0 after SIGTERM, however often it is sent', async () => {
    const child = start(['storefront'], { PORT: '0' });
    const ended = once(child, 'exit');
    const lines = linesOf(child);
    const [listening] = await until(lines, 'listening', 'open');
    const { statusCode, body } = await request(`http://127.0.0.1:${String(listening?.['port'])}/`);
    await body.dump();
    expect(statusCode).toBe(200);
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    await until(lines, 'stopped');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  test('comes up and stays up while its stores are away', async () => {
    const away = 'postgresql://u:hunter2@127.0.0.1:1/x';
    const child = start(['user'], { PORT: '0', DATABASE_URL: away, KAFKA_BROKERS: '127.0.0.1:1' });
    const ended = once(child, 'exit');
    const lines = linesOf(child);
    const [listening] = await until(lines, 'listening');
    const url = `http://127.0.0.1:${String(listening?.['port'])}`;
    expect((await request(`${url}/health`)).statusCode).toBe(200);
    const ready = await request(`${url}/ready`);
    expect({ status: ready.statusCode, body: await ready.body.json() }).toMatchObject({
      status: 503,
      body: {
        status: 'not-ready',
        reason: 'starting',
        checks: [{ name: 'postgres', ok: false }, { name: 'kafka' }],
      },
    });
    expect(JSON.stringify(await until(lines, 'not open yet, trying again'))).not.toContain('hunter2');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
