/** Types of the records of virtual machines, containers among them. @see include/uapi/linux/audit.h, libaudit.h */
export const auditTypes = { VIRT_CONTROL: 2500, VIRT_RESOURCE: 2501 } as const;

export const NETLINK_AUDIT = 9;

/**
 * A value in a record: in quotes, or as upper-case hexadecimal digits if it could end them or be taken for more than one.
 * @see audit_encode_nv_string(3)
 */
export const auditValue = (text: string): string =>
  /^[!#-~]*$/.test(text) ? `"${text}"` : Buffer.from(text).toString('hex').toUpperCase();
