import { type Kept, keptValue } from '../../../ir/kept.ts';

/** Memory of video cards in KiB, where libvirt makes it up. @see libvirt 9.0, virDomainVideoDefaultRAM */
const videoRam: Readonly<Record<string, number>> = {
  vga: 16384,
  cirrus: 16384,
  vmvga: 16384,
  xen: 4096,
};

/** Memory is a power of two. */
export function finishVideoModel(model: Kept): Kept {
  const least = videoRam[keptValue(model, 'type') ?? ''];
  const given = keptValue(model, 'vram');
  const vram = given === undefined ? least : Number(given);
  if (vram === undefined) return model;
  const rounded = `${2 ** Math.ceil(Math.log2(vram))}`;
  const others = model.attributes.filter(({ name }) => name !== 'vram');
  const at = others.findIndex(({ name }) => !['type', 'ram'].includes(name));
  const place = at < 0 ? others.length : at;
  const attributes = others.toSpliced(place, 0, { name: 'vram', value: rounded });
  return { ...model, attributes };
}

/** The first card is the primary one, unless another says that it is. */
export function withPrimary(videos: readonly Kept[]): readonly Kept[] {
  const isPrimary = ({ children }: Kept): boolean =>
    children.some((each) => keptValue(each, 'primary') === 'yes');
  if (videos.some(isPrimary)) return videos;
  return videos.map((video, index) => {
    if (index > 0) return video;
    const children = video.children.map((each) =>
      each.name === 'model'
        ? { ...each, attributes: [...each.attributes, { name: 'primary', value: 'yes' }] }
        : each,
    );
    return { ...video, children };
  });
}
