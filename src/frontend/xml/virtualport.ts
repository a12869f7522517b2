import {
  virtualportExtra,
  virtualportInvalid,
  virtualportMissing,
  virtualportRefused,
  virtualportTypeMissing,
  virtualportTypeUnknown,
} from '../../diagnostics/catalog/devices.ts';
import { source } from '../../diagnostics/origin.ts';
import type { Virtualport } from '../../ir/interface.ts';
import { parseUuid } from './identity.ts';
import { uint32AnyBase } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import type { XmlAttribute, XmlElement } from './tree.ts';

const types = ['802.1Qbg', '802.1Qbh', 'openvswitch', 'midonet'] as const;

type Parameter =
  | 'managerid'
  | 'typeid'
  | 'typeidversion'
  | 'instanceid'
  | 'interfaceid'
  | 'profileid';

/** What each type may have. @see libvirt 9.0, src/util/virnetdevvportprofile.c */
const allowed: Readonly<Record<(typeof types)[number], readonly Parameter[]>> = {
  '802.1Qbg': ['managerid', 'typeid', 'typeidversion', 'instanceid'],
  '802.1Qbh': ['profileid'],
  openvswitch: ['interfaceid', 'profileid'],
  midonet: ['interfaceid'],
};

/** Complete where it is used: a network may bring the rest. */
const required: Readonly<Record<(typeof types)[number], readonly Parameter[]>> = {
  '802.1Qbg': ['managerid', 'typeid', 'typeidversion'],
  '802.1Qbh': ['profileid'],
  openvswitch: [],
  midonet: ['interfaceid'],
};

/** @see libvirt 9.0, src/conf/netdev_vport_profile_conf.c, virNetDevVPortProfileParse */
export function readVirtualport(
  reading: Reading,
  parent: XmlElement,
  interfaceType: string,
): Virtualport | undefined {
  const element = reading.one(parent, 'virtualport');
  if (element === undefined) return undefined;
  if (!['network', 'bridge', 'direct', 'hostdev'].includes(interfaceType)) {
    return reading.report(virtualportRefused(interfaceType, element.span));
  }
  const typeText = reading.attribute(element, 'type');
  const type = types.find((each) => each === typeText?.value);
  if (typeText !== undefined && type === undefined) {
    return reading.report(virtualportTypeUnknown(typeText.value, typeText.span));
  }
  if (type === undefined && interfaceType !== 'network') {
    return reading.report(virtualportTypeMissing(element.span));
  }
  const before = reading.diagnostics.length;
  const parameters = readParameters(reading, element);
  const givenFields = Object.keys(parameters) as (keyof typeof fields)[];
  if (type !== undefined) {
    const names = givenFields.map((field) => fields[field]);
    if (interfaceType !== 'network') {
      for (const name of required[type]) {
        if (!names.includes(name)) reading.report(virtualportMissing(name, type, element.span));
      }
    }
    for (const name of names) {
      if (!allowed[type].includes(name)) reading.report(virtualportExtra(name, type, element.span));
    }
  }
  if (reading.diagnostics.length > before) return undefined;
  return { ...given({ type }), ...parameters, origin: source(element.span) };
}

const fields = {
  managerId: 'managerid',
  typeId: 'typeid',
  typeIdVersion: 'typeidversion',
  instanceId: 'instanceid',
  interfaceId: 'interfaceid',
  profileId: 'profileid',
} as const satisfies Partial<Record<keyof Virtualport, Parameter>>;

function readParameters(
  reading: Reading,
  element: XmlElement,
): Omit<Virtualport, 'origin' | 'type'> {
  reading.askedOf(element).children.set('parameters', 'many');
  const parents = element.children.filter(({ localName }) => localName === 'parameters');
  const find = (name: Parameter): XmlAttribute | undefined => {
    for (const parent of parents) {
      const attribute = reading.attribute(parent, name);
      if (attribute !== undefined) return attribute;
    }
    return undefined;
  };
  const number = (name: Parameter, limit: number): number | undefined => {
    const attribute = find(name);
    if (attribute === undefined) return undefined;
    const value = uint32AnyBase(attribute.value, 'wraps');
    if (value === undefined) {
      return reading.report(
        virtualportInvalid(`cannot parse value of ${name} parameter`, attribute.span),
      );
    }
    if (value <= limit) return value;
    return reading.report(
      virtualportInvalid(
        `value ${name === 'typeid' ? 'for' : 'of'} ${name} out of range`,
        attribute.span,
      ),
    );
  };
  const id = (name: Parameter): string | undefined => {
    const attribute = find(name);
    if (attribute === undefined) return undefined;
    const value = parseUuid(attribute.value);
    if (value !== undefined) return value;
    return reading.report(
      virtualportInvalid(`cannot parse ${name} parameter as a uuid`, attribute.span),
    );
  };
  return given({
    managerId: number('managerid', 0xff),
    typeId: number('typeid', 0xffffff),
    typeIdVersion: number('typeidversion', 0xff),
    instanceId: id('instanceid'),
    interfaceId: id('interfaceid'),
    profileId: find('profileid')?.value || undefined,
  });
}
