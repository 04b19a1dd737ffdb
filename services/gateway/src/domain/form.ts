/** How much a request may be, before anything is known about it. */
export type FormLimits = { readonly maxHeaders: number; readonly maxPath: number; readonly maxBody: number };

export type Form = {
  readonly target: string;
  readonly httpVersion: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
};

export type FormRefusal = {
  readonly refusal: 'malformed-request' | 'headers-too-large' | 'uri-too-long' | 'body-too-large';
  readonly detail: string;
};

// Of two of these, one reader would believe the first and another the last.
const single: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'transfer-encoding',
  'traceparent',
  'upgrade',
  'x-api-key',
]);

// Some servers read `Content_Length` as `Content-Length`; one that does would frame the message otherwise than we do.
const framing: ReadonlySet<string> = new Set(['content-length', 'host', 'transfer-encoding', 'upgrade']);

const hostForm = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * What makes a message one that two servers could read in two ways, or one that is larger than it may be. The parser has
 * refused before: both lengths, folded lines, bare line feeds, odd chunks, blanks before a colon.
 */
export function judgeForm(form: Form, limits: FormLimits): FormRefusal | undefined {
  const { rawHeaders, target } = form;
  if (form.httpVersion !== '1.1' && form.httpVersion !== '1.0')
    return malformed('the version is neither 1.1 nor 1.0');
  if (target.length > limits.maxPath)
    return { refusal: 'uri-too-long', detail: `at most ${limits.maxPath} characters` };
  if (rawHeaders.length / 2 > limits.maxHeaders)
    return { refusal: 'headers-too-large', detail: `at most ${limits.maxHeaders} headers` };
  const seen = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const folded = name.includes('_') || name.includes('.') ? name.replaceAll(/[_.]/g, '-') : name;
    if (folded !== name && framing.has(folded)) return malformed(`${name} is another spelling of ${folded}`);
    if (!single.has(name)) continue;
    if (seen.has(name)) return malformed(`${name} is there twice`);
    seen.set(name, rawHeaders[index + 1] ?? '');
  }
  return judgeFraming(form, seen, limits);
}

function judgeFraming(
  { httpVersion }: Form,
  seen: ReadonlyMap<string, string>,
  { maxBody }: FormLimits,
): FormRefusal | undefined {
  const host = seen.get('host');
  if (host === undefined ? httpVersion !== '1.0' : !hostForm.test(host))
    return malformed('the host is not in order');
  const coding = seen.get('transfer-encoding');
  const length = seen.get('content-length');
  if (coding !== undefined) {
    if (coding !== 'chunked') return malformed('the only transfer coding is chunked');
    if (length !== undefined || httpVersion === '1.0')
      return malformed('the end of the body is told in two ways');
  }
  if (length === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(length)) return malformed('the length is no number');
  if (Number(length) <= maxBody) return undefined;
  return { refusal: 'body-too-large', detail: `at most ${maxBody} bytes` };
}

function malformed(detail: string): FormRefusal {
  return { refusal: 'malformed-request', detail };
}
