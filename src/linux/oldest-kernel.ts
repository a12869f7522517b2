/** mount_setattr(2), the youngest call that every start makes, came with Linux 5.12. */
export const oldestKernel = { major: 5, minor: 12 } as const;

export const isTooOld = ({ major, minor }: { readonly major: number; readonly minor: number }) =>
  major < oldestKernel.major || (major === oldestKernel.major && minor < oldestKernel.minor);
