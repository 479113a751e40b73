import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Instruction, parseDockerfile } from '../support/dockerfile.js';
import { root } from '../support/source-files.js';

type Rule = (instruction: Instruction, all: readonly Instruction[]) => boolean;

const is =
  (name: string, pattern: RegExp): Rule =>
  (instruction) =>
    instruction.name === name && pattern.test(instruction.rest);
const aliasOf = ({ rest }: Instruction): string | null => / AS (\S+)$/i.exec(rest)?.[1] ?? null;
const imageOf = ({ rest }: Instruction): string => rest.split(/\s+/)[0] ?? '';
const aliases = (all: readonly Instruction[]): (string | null)[] =>
  all.filter(({ name }) => name === 'FROM').map(aliasOf);
const isRepeated =
  (names: readonly string[]): Rule =>
  (instruction, all) =>
    names.includes(instruction.name) &&
    all.find(({ name, stage }) => name === instruction.name && stage === instruction.stage) !== instruction;

/**
 * The rules of hadolint that matter here, by its own names; true where an instruction breaks one. Left out: pinned
 * versions of Debian's packages (DL3008: the mirror keeps only the newest, which has the security fixes) and what
 * concerns other distributions.
 */
const rules: Readonly<Record<string, Rule>> = {
  'DL3000: an absolute WORKDIR': is('WORKDIR', /^(?!\/|\$)/),
  'DL3001: no command of an interactive system': is(
    'RUN',
    /(^|&& *)(ssh|vim|shutdown|service|ps|free|top|kill|mount)\b/,
  ),
  'DL3002: the last user is not root': (instruction, all) =>
    instruction.name === 'USER' &&
    /^(root|0)\b/.test(instruction.rest) &&
    all.findLast(({ name }) => name === 'USER') === instruction,
  'DL3003: WORKDIR in place of cd': is('RUN', /(^|&& *|; *)cd /),
  'DL3004: no sudo': is('RUN', /\bsudo\b/),
  'DL3006: a tag of the image': (instruction, all) => {
    if (instruction.name !== 'FROM' || aliases(all).includes(imageOf(instruction))) return false;
    return !/[:@]/.test(resolved(imageOf(instruction), all));
  },
  'DL3007: no tag latest': (instruction, all) =>
    instruction.name === 'FROM' && resolved(imageOf(instruction), all).endsWith(':latest'),
  'DL3009: no lists of apt in a layer': (instruction) =>
    is('RUN', /apt-get (update|install)/)(instruction, []) &&
    !/rm -rf \/var\/lib\/apt\/lists/.test(instruction.rest),
  'DL3011: a port that there is': is(
    'EXPOSE',
    /(^|\s)(0|6553[6-9]|655[4-9]\d|65[6-9]\d\d|6[6-9]\d{3}|[7-9]\d{4}|\d{6,})\b/,
  ),
  'DL3012: one HEALTHCHECK': isRepeated(['HEALTHCHECK']),
  'DL3014: apt-get install -y': is('RUN', /apt-get install (?!.*(-y|--yes|-qq))/),
  'DL3015: apt-get install --no-install-recommends': is(
    'RUN',
    /apt-get install (?!.*--no-install-recommends)/,
  ),
  'DL3016: a version of what npm installs': is('RUN', /npm (install|i) (?:-\S+ )*(?!-)[a-z@][^@\s]*(\s|$)/),
  'DL3020: COPY in place of ADD': is('ADD', /^(?!https?:)/),
  'DL3021: COPY of several ends with a slash': is('COPY', /^(?!--from)(\S+\s+){2,}\S*[^/\s]$/),
  'DL3022: COPY --from a stage that there is': ({ name, rest }, all) => {
    const [, from] = /^--from=(\S+)/.exec(rest) ?? [];
    return name === 'COPY' && from !== undefined && !aliases(all).includes(from);
  },
  'DL3024: a name for one stage': (instruction, all) =>
    instruction.name === 'FROM' &&
    aliasOf(instruction) !== null &&
    aliases(all).filter((each) => each === aliasOf(instruction)).length > 1,
  'DL3025: CMD and ENTRYPOINT as lists': is('CMD', /^(?!\[)/),
  'DL3025: ENTRYPOINT as a list': is('ENTRYPOINT', /^(?!\[)/),
  'DL3027: apt-get in place of apt': is('RUN', /(^|&& *)apt (?!-)/),
  'DL3045: COPY to a relative place after WORKDIR': (instruction, all) =>
    is('COPY', /\s(?!\/)\S+$/)(instruction, all) &&
    !all
      .slice(0, all.indexOf(instruction))
      .some(({ name, stage }) => name === 'WORKDIR' && stage === instruction.stage),
  'DL3059: one RUN after another': (instruction, all) =>
    instruction.name === 'RUN' && all[all.indexOf(instruction) + 1]?.name === 'RUN',
  'DL4000: no MAINTAINER': is('MAINTAINER', /./),
  'DL4003: one CMD and ENTRYPOINT': isRepeated(['CMD', 'ENTRYPOINT']),
  'DL4006: pipefail before a pipe': is('RUN', /^(?!.*pipefail).*[^|]\|[^|]/),
};

/** The image, with the default of an ARG in its place. */
function resolved(image: string, all: readonly Instruction[]): string {
  const [, name] = /^\$\{?(\w+)\}?$/.exec(image) ?? [];
  const found = all.find(({ name: of, rest }) => of === 'ARG' && rest.startsWith(`${name ?? ''}=`));
  return name === undefined ? image : (found?.rest.slice(name.length + 1) ?? image);
}

function broken(text: string): string[] {
  const all = parseDockerfile(text);
  return Object.entries(rules).flatMap(([name, rule]) => (all.some((each) => rule(each, all)) ? [name] : []));
}

test('the Dockerfile breaks no rule', () => {
  expect(broken(readFileSync(join(root, 'Dockerfile'), 'utf8'))).toEqual([]);
});

describe('a rule finds what it is there for', () => {
  const good = 'FROM debian:12 AS one\nWORKDIR /app\n';
  test.each([
    ['DL3000', 'FROM debian:12\nWORKDIR app'],
    ['DL3001', `${good}RUN true && top`],
    ['DL3002', `${good}USER node\nUSER root`],
    ['DL3003', `${good}RUN cd /x && make`],
    ['DL3004', `${good}RUN sudo make`],
    ['DL3006', 'FROM debian'],
    ['DL3006', 'ARG IMAGE=debian\nFROM ${IMAGE}'],
    ['DL3007', 'ARG IMAGE=debian:latest\nFROM ${IMAGE}'],
    ['DL3009', `${good}RUN apt-get update`],
    ['DL3011', `${good}EXPOSE 70000`],
    ['DL3012', `${good}HEALTHCHECK CMD ["a"]\nHEALTHCHECK CMD ["b"]`],
    ['DL3014', `${good}RUN apt-get install --no-install-recommends gcc && rm -rf /var/lib/apt/lists/*`],
    ['DL3015', `${good}RUN apt-get install -y gcc && rm -rf /var/lib/apt/lists/*`],
    ['DL3016', `${good}RUN npm install -g typescript`],
    ['DL3020', `${good}ADD src src`],
    ['DL3021', `${good}COPY a b /app`],
    ['DL3022', `${good}COPY --from=two /a /b`],
    ['DL3024', `${good}FROM debian:12 AS one`],
    ['DL3025', `${good}CMD node main.js`],
    ['DL3025', `${good}ENTRYPOINT node main.js`],
    ['DL3027', `${good}RUN apt install gcc`],
    ['DL3045', 'FROM debian:12\nCOPY src src'],
    ['DL3059', `${good}RUN a\nRUN b`],
    ['DL4000', `${good}MAINTAINER me`],
    ['DL4003', `${good}CMD ["a"]\nCMD ["b"]`],
    ['DL4006', `${good}RUN a | b`],
  ])('%s: %s', (name, text) => {
    expect(broken(text).map((each) => each.slice(0, 6))).toContain(name);
  });

  test('every rule has a case, and a sound file breaks none', () => {
    expect(broken(`${good}COPY --from=one /a /b\nUSER node\nCMD ["node"]\n`)).toEqual([]);
    expect(Object.keys(rules).length).toBe(26 - 1);
  });
});
