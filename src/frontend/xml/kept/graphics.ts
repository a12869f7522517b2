import { type Kept, type KeptAttribute, keptValue } from '../../../ir/kept.ts';
import { type KeptRule, oneOf, onOff, text, yesNo } from './rule.ts';

const compression = (of: string): KeptRule => ({
  attributes: { compression: oneOf(of, { required: true }) },
});

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainGraphicsDefParseXML and virDomainGraphicsDefFormat */
export const graphicsRule: KeptRule = {
  attributes: {
    type: oneOf('sdl vnc rdp desktop spice egl-headless dbus', { required: true }),
    port: text(),
    tlsPort: text(),
    autoport: yesNo(),
    websocket: text(),
    listen: text(),
    socket: text(),
    keymap: text(),
    defaultMode: oneOf('any secure insecure', { unprinted: 'any' }),
    sharePolicy: oneOf('allow-exclusive force-shared ignore'),
    display: text(),
    xauth: text(),
    fullscreen: oneOf('yes no', { unprinted: 'no' }),
    replaceUser: oneOf('yes no', { unprinted: 'no' }),
    multiUser: oneOf('yes no', { unprinted: 'no' }),
    p2p: yesNo(),
  },
  children: {
    listen: {
      many: true,
      attributes: {
        type: oneOf('address network socket none'),
        address: text(),
        network: text(),
        socket: text(),
      },
    },
    channel: {
      many: true,
      attributes: {
        name: oneOf('main display inputs cursor playback record smartcard usbredir', {
          required: true,
        }),
        mode: oneOf('any secure insecure', { required: true }),
      },
    },
    image: compression('auto_glz auto_lz quic glz lz off'),
    jpeg: compression('auto never always'),
    zlib: compression('auto never always'),
    playback: { attributes: { compression: onOff({ required: true }) } },
    streaming: { attributes: { mode: oneOf('filter all off', { required: true }) } },
    mouse: { attributes: { mode: oneOf('server client', { required: true }) } },
    clipboard: { attributes: { copypaste: yesNo({ required: true }) } },
    filetransfer: { attributes: { enable: yesNo({ required: true }) } },
    gl: { attributes: { enable: yesNo(), rendernode: text() } },
  },
  finish: (graphics) => {
    switch (keptValue(graphics, 'type')) {
      case 'vnc':
        return vnc(graphics);
      case 'spice':
        return spice(graphics);
      case 'rdp':
        return rdp(graphics);
      default:
        return graphics;
    }
  },
};

/** The attributes that have a value, in this order. */
const attributesOf = (
  values: Readonly<Record<string, string | undefined>>,
): readonly KeptAttribute[] =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));

/** `attributes` instead of all but these, and a first `<listen>` if there is none. */
function listening(
  graphics: Kept,
  attributes: Readonly<Record<string, string | undefined>>,
  others: readonly string[],
  listen: Readonly<Record<string, string | undefined>>,
): Kept {
  const hasListen = graphics.children.some(({ name }) => name === 'listen');
  const first = {
    name: 'listen',
    attributes: attributesOf(listen),
    children: [],
    origin: graphics.origin,
  };
  return {
    ...graphics,
    attributes: [
      ...attributesOf(attributes),
      ...graphics.attributes.filter(({ name }) => others.includes(name)),
    ],
    children: hasListen ? graphics.children : [first, ...graphics.children],
  };
}

const isPort = (text: string | undefined): text is string => text !== undefined && Number(text) > 0;

/** Where it listens: an attribute, or the address of the first `<listen>`. */
function listenAddress(graphics: Kept): string | undefined {
  const first = graphics.children.find(({ name }) => name === 'listen');
  return keptValue(graphics, 'listen') ?? (first && keptValue(first, 'address'));
}

/** Without a port VNC takes a free one, but for a socket. @see virDomainGraphicsDefParseXMLVNC */
function vnc(graphics: Kept): Kept {
  const [port, socket] = [keptValue(graphics, 'port'), keptValue(graphics, 'socket')];
  const others = ['keymap', 'sharePolicy'];
  if (socket !== undefined)
    return listening(graphics, { type: 'vnc', socket }, others, { type: 'socket', socket });
  const isFixed = isPort(port) && keptValue(graphics, 'autoport') !== 'yes';
  const address = listenAddress(graphics);
  const attributes = {
    type: 'vnc',
    port: isFixed ? port : '-1',
    autoport: isFixed ? 'no' : 'yes',
    websocket: keptValue(graphics, 'websocket'),
    listen: address,
  };
  return listening(graphics, attributes, others, { type: 'address', address });
}

/** Without any port SPICE does not listen at all. @see virDomainGraphicsDefParseXMLSpice */
function spice(graphics: Kept): Kept {
  const [port, tlsPort] = [keptValue(graphics, 'port'), keptValue(graphics, 'tlsPort')];
  const isAuto = keptValue(graphics, 'autoport') === 'yes' || port === '-1' || tlsPort === '-1';
  const first = graphics.children.find(({ name }) => name === 'listen');
  const isOff =
    first === undefined
      ? !isAuto && !isPort(port) && !isPort(tlsPort)
      : keptValue(first, 'type') === 'none';
  const others = ['keymap', 'defaultMode'];
  if (isOff) return listening(graphics, { type: 'spice' }, others, { type: 'none' });
  const address = listenAddress(graphics);
  const attributes = {
    type: 'spice',
    port: !isAuto && isPort(port) ? port : undefined,
    tlsPort: !isAuto && isPort(tlsPort) ? tlsPort : undefined,
    autoport: isAuto ? 'yes' : 'no',
    listen: address,
  };
  return listening(graphics, attributes, others, { type: 'address', address });
}

/** @see virDomainGraphicsDefParseXMLRDP */
function rdp(graphics: Kept): Kept {
  const port = keptValue(graphics, 'port');
  const isFixed = isPort(port) && keptValue(graphics, 'autoport') !== 'yes';
  const address = listenAddress(graphics);
  const attributes = {
    type: 'rdp',
    port: isFixed ? port : '0',
    autoport: isFixed ? undefined : 'yes',
    replaceUser: keptValue(graphics, 'replaceUser'),
    multiUser: keptValue(graphics, 'multiUser'),
    listen: address,
  };
  return listening(graphics, attributes, [], { type: 'address', address });
}
