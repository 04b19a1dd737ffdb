import { describe, expect, it } from 'vitest';
import { debianFolder, packageOf } from '../debian.ts';
import { mavenProject } from '../fetch.ts';
import { loadedLibraries } from '../libraries.ts';

describe('debianFolder', () => {
  it('depends on the release and the set of packages, not on their order', () => {
    const folder = debianFolder('bookworm', ['a', 'b']);
    expect(debianFolder('bookworm', ['b', 'a', 'a'])).toBe(folder);
    expect(debianFolder('trixie', ['a', 'b'])).not.toBe(folder);
    expect(debianFolder('bookworm', ['a', 'c'])).not.toBe(folder);
  });
});

describe('packageOf', () => {
  it('reads package and version out of an archive name with its epoch escaped', () => {
    expect(packageOf('zlib1g_1%3a1.2.13.dfsg-1_amd64.deb')).toBe('zlib1g_1:1.2.13.dfsg-1');
  });
});

describe('mavenProject', () => {
  it('lists each coordinate as a dependency', () => {
    const project = mavenProject(['org.a:b:1', 'org.c:d_2.13:2']);
    expect(project.match(/<dependency>/g)).toHaveLength(2);
    expect(project).toContain('<groupId>org.c</groupId><artifactId>d_2.13</artifactId><version>2</version>');
  });
});

describe('loadedLibraries', () => {
  it('reads names, places and gaps, and skips what the kernel and the loader are', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x00007f8f789c5000)',
      '\tlibc.so.6 => /rootfs/usr/lib/libc.so.6 (0x00007f8f786fa000)',
      '\tlibjvm.so => not found',
      '\t/lib64/ld-linux-x86-64.so.2 => /rootfs/lib64/ld-linux-x86-64.so.2 (0x00007f8f789c7000)',
    ].join('\n');
    expect(loadedLibraries(output)).toEqual([
      { name: 'libc.so.6', path: '/rootfs/usr/lib/libc.so.6' },
      { name: 'libjvm.so' },
      { name: '/lib64/ld-linux-x86-64.so.2', path: '/rootfs/lib64/ld-linux-x86-64.so.2' },
    ]);
  });

  it('finds none in what a static program prints', () => {
    expect(loadedLibraries('\tstatically linked\n')).toEqual([]);
  });
});
