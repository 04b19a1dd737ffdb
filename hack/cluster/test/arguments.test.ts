import { describe, expect, it } from 'vitest';
import { parseRequest, UsageError } from '../arguments.ts';

describe('parseRequest', () => {
  it.each([
    { args: [], request: { command: 'help' } },
    { args: ['up', '--help'], request: { command: 'help' } },
    { args: ['up'], request: { command: 'up' } },
    { args: ['up', 'my.yaml'], request: { command: 'up', file: 'my.yaml' } },
    { args: ['down'], request: { command: 'down' } },
    { args: ['images', 'v3.0.0', 'v3.1.0'], request: { command: 'images', versions: ['v3.0.0', 'v3.1.0'] } },
    { args: ['controlplane', 'up'], request: { command: 'controlplane', action: 'up' } },
    {
      args: ['controlplane', 'down', '--dir', '/tmp/x'],
      request: { command: 'controlplane', action: 'down', dir: '/tmp/x' },
    },
  ])('takes $args', ({ args, request }) => {
    expect(parseRequest(args)).toEqual(request);
  });

  it.each([
    { args: ['sideways'], message: 'there is no command sideways' },
    { args: ['up', 'a', 'b'], message: 'up takes one FILE at most, and was given: a b' },
    { args: ['down', 'now'], message: 'down takes no arguments' },
    { args: ['up', '--dir', 'x'], message: '--dir belongs to controlplane' },
    { args: ['images'], message: 'images needs at least one VERSION' },
    { args: ['controlplane'], message: 'controlplane takes up or down' },
    { args: ['up', '--fast'], message: '--fast' },
  ])('refuses $args', ({ args, message }) => {
    expect(() => parseRequest(args)).toThrow(UsageError);
    expect(() => parseRequest(args)).toThrow(message);
  });
});
