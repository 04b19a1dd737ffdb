import { describe, expect, it } from 'vitest';
import { parseRequest } from '../src/arguments.ts';
import { Refusal } from '../src/exit.ts';
import { commands } from '../src/grammar.ts';
import { bashCompletion } from '../src/help.ts';
import { execute } from '../src/main.ts';
import { paintFor, plain, type Terminal } from '../src/terminal.ts';
import { shorten } from '../src/watching.ts';

const parsed = (line: string) => {
  const request = parseRequest(line.split(' '));
  if ('help' in request) throw new Error('help was asked for');
  return request;
};

function terminal(): Terminal & { readonly written: string[]; readonly said: string[] } {
  const written: string[] = [];
  const said: string[] = [];
  return {
    ...{ written, said, paint: plain, live: false, columns: 80, rows: 24 },
    out: (text) => written.push(text),
    err: (text) => said.push(text),
  };
}

describe('a command line', () => {
  it('is understood with flags before, between and after its words', () => {
    for (const line of [
      '-n shop promote shop user --full',
      'promote -n shop shop --full user',
      'promote shop user --full --namespace=shop',
    ]) {
      const { command, operands, has, get } = parsed(line);
      expect([command.name, operands, has('full'), get('namespace')]).toEqual([
        'promote',
        ['shop', 'user'],
        true,
        'shop',
      ]);
    }
  });

  it('is not misled by a namespace that is called like a command', () => {
    expect(parsed('-n status history shop').command.name).toBe('history');
    expect(parsed('-n status history shop').get('namespace')).toBe('status');
  });

  it.each([
    ['promote shop', /needs SERVICE/],
    ['status shop user extra', /takes no extra/],
    ['status shop -o table', /choose one of tree, wide, json, yaml/],
    ['status shop --colour', /--colour/],
    ['set-weight shop user', /needs PERCENT/],
    ['promte shop user', /no command promte/],
    ['status -n', /namespace/],
  ])('%s is refused with what would do', (line, message) => {
    expect(() => parseRequest(line.split(' '))).toThrow(message);
    expect(() => parseRequest(line.split(' '))).toThrow(Refusal);
  });
});

describe('the process', () => {
  it('prints the help of each command and of all', async () => {
    for (const { name, flags } of commands) {
      const { written, ...rest } = terminal();
      expect(await execute([name, '--help'], { ...rest, written } as Terminal)).toBe(0);
      for (const flag of flags) expect(written.join('')).toContain(`--${flag.name}`);
      expect(bashCompletion()).toContain(`    ${name}) `);
    }
    const all = terminal();
    expect(await execute([], all)).toBe(0);
    for (const { name } of commands) expect(all.written.join('')).toContain(`  ${name}`);
  });

  it.each([
    [['promote'], 64],
    [['render'], 64],
    [['render', '-f', 'no-such-file.yaml'], 3],
    [['wait', 'shop', '--for', 'luck'], 64],
    [['wait', 'shop', '--timeout', 'long'], 64],
    [['completion', 'fish'], 64],
    [['status', '--kubeconfig', 'no-such-file'], 1],
  ])('%j ends with %i and one sentence on standard error', async (args, code) => {
    const told = terminal();
    expect(await execute(args, told)).toBe(code);
    expect(told.said.join('')).toMatch(/^error: .+\n$/);
    expect(told.written).toEqual([]);
  });

  it('knows a module for every command', async () => {
    for (const { name } of commands) {
      const told = terminal();
      await execute(
        [name, '--kubeconfig', 'no-such-file', ...(name === 'completion' ? ['bash'] : ['shop', 'user', '5'])],
        told,
      );
      expect(told.said.join(''), name).not.toContain('has no module');
    }
  });
});

describe('colours', () => {
  it('are for terminals that want them', () => {
    expect(paintFor(true, {})('red', 'x')).toBe('\u001b[31mx\u001b[0m');
    expect(paintFor(true, { NO_COLOR: '1' })('red', 'x')).toBe('x');
    expect(paintFor(true, { TERM: 'dumb' })('red', 'x')).toBe('x');
    expect(paintFor(false, {})('red', 'x')).toBe('x');
  });

  it('take no room in a line that is cut', () => {
    expect(shorten('abcdef', 4)).toBe('abcd');
    expect(shorten('a\u001b[31mbcd\u001b[0mef', 4)).toBe('a\u001b[31mbcd\u001b[0m');
    expect(shorten('a\u001b[31mbcdef\u001b[0m', 3)).toBe('a\u001b[31mbc\u001b[0m');
  });
});
