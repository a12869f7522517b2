import { descriptorFaults } from './descriptors.ts';
import { follow, labelPlaces, ways } from './flow.ts';
import { operandsOf, placeOf, pointersOf, sizeOf, writtenBy } from './parts.ts';
import type { Operand, Place, Program } from './program.ts';
import { readFaults } from './reads.ts';

/**
 * What is wrong with a program, whatever its plan wants: a label that is there twice, not at all, or never reached; data that is
 * not there or too short; a variable that is read before it is written, be it that another step has left something in it; a
 * descriptor that is used before it is open or after it is closed, or that a changed root does not close out. None for a sound one.
 */
export function verifyProgram(program: Program): readonly string[] {
  const shape = [...labelFaults(program), ...dataFaults(program)];
  // What follows looks for data and labels by their names.
  return shape.length > 0 ? shape : [...readFaults(program), ...descriptorFaults(program)];
}

function labelFaults(program: Program): readonly string[] {
  const { code, entry } = program;
  const names = code.flatMap((each) => (each.kind === 'label' ? [each.name] : []));
  const places = labelPlaces(code);
  const wanted = [entry, ...code.flatMap((each) => ways(each).map(([, label]) => label))];
  const reached = new Set<number>();
  follow(program, nothing, (_, __, index) => reached.add(index));
  const dead = code.findIndex((each, index) => !reached.has(index) && each.kind !== 'step');
  return [
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `the label ${name} is there twice`),
    ...[...new Set(wanted)]
      .filter((name) => !places.has(name))
      .map((name) => `the label ${name} is not there`),
    ...[...places]
      .filter(([, index]) => !reached.has(index))
      .map(([name]) => `nothing leads to the label ${name}`),
    ...(dead < 0 || code[dead]?.kind === 'label'
      ? []
      : [`nothing leads to the ${code[dead]?.kind} behind ${placeOf(code, dead)}`]),
  ];
}

const nothing = { start: null, copy: () => null, meet: () => false, after: () => {} };

function dataFaults({ code, data }: Program): readonly string[] {
  const sizes = new Map(data.map((item) => [item.name, sizeOf(item)]));
  const names = data.map(({ name }) => name);
  const within = (name: string, offset: number, size: number): readonly string[] => {
    const known = sizes.get(name);
    if (known === undefined) return [`the data ${name} is not there`];
    return offset >= 0 && offset + size <= known
      ? []
      : [`${size} bytes at ${offset} do not lie within ${name}, which has ${known}`];
  };
  const ofOperand = (operand: Operand): readonly string[] => {
    if (operand.kind === 'address') return within(operand.of, operand.offset, 0);
    if (operand.kind !== 'load') return [];
    return within(operand.place.variable, operand.place.offset, operand.place.size);
  };
  const writable = new Set(data.flatMap((item) => (item.kind === 'variable' ? [item.name] : [])));
  const ofPlace = ({ variable, offset, size }: Place): readonly string[] =>
    sizes.has(variable) && !writable.has(variable)
      ? [`${variable} is written, and is no variable`]
      : within(variable, offset, size);
  const faults = [
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `the data ${name} is there twice`),
    ...data.flatMap((item) => pointersOf(item).flatMap(ofOperand)),
    ...code.flatMap((each) => [
      ...operandsOf(each).flatMap(ofOperand),
      ...writtenBy(each).flatMap(ofPlace),
      ...(each.kind === 'lookup' && !sizes.has(each.table)
        ? [`the data ${each.table} is not there`]
        : []),
    ]),
  ];
  return [...new Set(faults)];
}
