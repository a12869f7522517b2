import { noDomain, notDefined, notRunning } from '../../diagnostics/catalog/cli.ts';
import { printNode } from '../../print/domain/metadata.ts';
import { readDefinition } from '../../state/defined.ts';
import { Failure } from '../failure.ts';
import { notesOf } from '../find-domain.ts';
import { findKnown } from '../find-known.ts';
import { print } from '../output.ts';
import { definedPlaces } from '../places.ts';

interface Options {
  readonly inactive?: boolean;
  readonly securityInfo?: boolean;
  readonly xpath?: string;
  readonly wrap?: boolean;
}

/** The domain as it was started, with the id that `list` shows; or as it is defined. */
export async function dumpxml(text: string, options: Options): Promise<void> {
  const xml = xmlFor(text, options);
  if (options.xpath === undefined) return print(`${xml}\n`);
  const { select } = await import('../xml-nodes.ts');
  const found = select(xml, options.xpath).map(printNode);
  if (options.wrap !== true) return print(`${found.map((each) => `${each}\n`).join('')}\n`);
  const inside = found.flatMap((each) => each.split('\n').map((line) => `  ${line}\n`));
  print(`<nodes>\n${inside.join('')}</nodes>\n\n`);
}

function xmlFor(text: string, { inactive }: Options): string {
  const { name, running, isDefined } = findKnown(text);
  if (running === undefined || inactive === true) {
    const xml = isDefined ? readDefinition(definedPlaces(), name) : undefined;
    if (xml === undefined) throw new Failure([notDefined(name, 'shown as it is defined')]);
    return xml;
  }
  const program = notesOf(running);
  if (program === undefined) throw new Failure([notRunning(text)]);
  if (program.domainXml === undefined) throw new Failure([noDomain(name)]);
  const { initPid: id } = running;
  const xml = program.domainXml;
  return id === undefined ? xml : xml.replace("<domain type='lxc'", `$& id='${id}'`);
}
