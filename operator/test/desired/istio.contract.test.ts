import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureTools, run, toolPath } from '../../../hack/toolchain/index.ts';
import { render } from '../../src/render.ts';

// The validation of istiod's webhook, which sees more than the schemas do: it ran offline through istioctl.
const examples = join(import.meta.dirname, '../../../examples');
const files = readdirSync(examples).filter((file) => file.endsWith('.yaml'));
const directory = mkdtempSync(join(tmpdir(), 'ecommercestack-istio-'));

beforeAll(async () => {
  await ensureTools(['istio'], () => undefined);
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function istioctl(command: string[], yaml: string): Promise<string> {
  const file = join(directory, 'objects.yaml');
  writeFileSync(file, yaml);
  return run(toolPath('istio', 'istioctl'), [...command, file]);
}

test.each(files)('%s is valid for istiod', async (file) => {
  const { yaml } = render(file, readFileSync(join(examples, file), 'utf8'));
  await expect(istioctl(['validate', '-f'], yaml)).resolves.toBeDefined();
});

test('what istiod would refuse is refused here', async () => {
  const { yaml } = render('shop', readFileSync(join(examples, 'shop.yaml'), 'utf8'));
  await expect(istioctl(['validate', '-f'], yaml.replace('weight: 100', 'weight: -4'))).rejects.toThrow();
});
