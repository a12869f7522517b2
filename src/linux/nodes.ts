/** As many nodes of memory as a kernel can have. @see include/linux/numa.h, NODES_SHIFT */
export const MOST_NODES = 1024;
