import { dumpManifest } from '../../operator/src/api/manifest.ts';

/** Where a command writes. */
export type Terminal = {
  /** Standard output. */
  readonly out: (text: string) => void;
  /** Standard error. */
  readonly err: (text: string) => void;
  readonly paint: Paint;
  /** True where what was written can be written over. */
  readonly live: boolean;
  readonly columns: number;
  readonly rows: number;
};

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** Puts a colour around a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

const codes: Readonly<Record<Colour, string>> = { green: '32', yellow: '33', red: '31', dim: '2', bold: '1' };

/** No colour at all: pipes, files and tests. */
export const plain: Paint = (_, text) => text;

const ansi: Paint = (colour, text) => (text === '' ? '' : `\u001b[${codes[colour]}m${text}\u001b[0m`);

/** Colours are for people at a terminal that has not refused them. */
export function paintFor(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isTTY && !refused ? ansi : plain;
}

/** A value as JSON or YAML. */
export function structured(form: 'json' | 'yaml', value: unknown): string {
  return form === 'json' ? `${JSON.stringify(value, undefined, 2)}\n` : dumpManifest(value);
}
