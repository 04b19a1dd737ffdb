import { type ServiceName, serviceNames, topology } from '@ecommercestack/contracts/topology';
import { exitUsage, runAll, type Service } from '@ecommercestack/service-kit';

const help = `Runs services of the shop, configured by the environment.

  npm run service -- NAME            one service
  npm run service -- NAME,NAME,…     several in one process on one port (the monolith)
  npm run service -- NAME --help     the variables it reads

Without NAME, the variables SERVICES (a list) or SERVICE (one name) say which.

${topology.map(({ name, summary }) => `  ${name.padEnd(13)} ${summary}`).join('\n')}
`;

const asked = process.argv.slice(2).filter((argument) => argument !== '--help' && argument !== '-h');
const wantsHelp = asked.length < process.argv.length - 2;
const names = (asked.join(',') || process.env['SERVICES'] || process.env['SERVICE'] || '')
  .split(',')
  .map((name) => name.trim())
  .filter((name) => name !== '');
const unknown = names.filter((name) => !isServiceName(name));

if (unknown.length > 0) {
  process.stderr.write(`no service is called ${unknown.join(', ')}; there are: ${serviceNames.join(', ')}\n`);
  process.exitCode = exitUsage;
} else if (names.length === 0) {
  (wantsHelp ? process.stdout : process.stderr).write(help);
  process.exitCode = wantsHelp ? 0 : exitUsage;
} else {
  const services = await Promise.all(names.filter(isServiceName).map(load));
  if (wantsHelp) process.stdout.write(services.map(variablesOf).join('\n'));
  else await runAll(services);
}

function isServiceName(name: string): name is ServiceName {
  return serviceNames.some((known) => known === name);
}

// Only the services asked for are imported: thirteen of these start at once on a small machine.
async function load(name: ServiceName): Promise<Service> {
  // Every service folder exports `service`; test/definitions.test.ts proves it for all names.
  const { service } = (await import(`./${name}/src/service.ts`)) as { service: Service };
  return service;
}

function variablesOf(service: Service): string {
  const lines = Object.entries(service.variables).map(
    ([name, { about, example }]) => `  ${name.padEnd(18)} ${about} Example: ${example}`,
  );
  return `${service.row.name}: ${service.row.summary}\n${lines.join('\n')}\n`;
}
